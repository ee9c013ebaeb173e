import { describe, expect, test } from 'bun:test';
import { Client, MemoryStorage } from '@tpx/sdk';
import { createPerson, until } from '@tpx/testkit';
import { dmBetween, newClient, textsOf } from './sdk.fixture.ts';
import { serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();

describe('SDK-5 the outbox against a real server', () => {
  test('SDK-5 sending through a kill and a stop of the server: each message once, in order', async () => {
    const [alice, bob] = await Promise.all([newClient(server, 'alice'), newClient(server, 'bob')]);
    const [mine, theirs] = await dmBetween(alice, bob);
    const texts = Array.from({ length: 60 }, (_, index) => `number ${index}`);
    for (const round of [0, 1]) {
      for (const text of texts.slice(round * 30, round * 30 + 15)) await mine.sendText(text);
      // In mid-flight: some are acknowledged, some on their way, some not begun.
      await until(() => mine.outbox.length < 12, { what: 'a few to be acknowledged', everyMs: 1 });
      await (round === 0 ? server.kill() : server.stop());
      for (const text of texts.slice(round * 30 + 15, round * 30 + 30)) await mine.sendText(text);
      await server.start();
      await until(() => mine.outbox.length === 0, { what: 'the outbox to be empty', timeoutMs: 30_000 });
    }
    await until(() => textsOf(theirs).length === 60, { what: 'all at the other side' });
    expect(textsOf(theirs)).toEqual(texts);
    expect(textsOf(mine)).toEqual(texts);
    expect(mine.messages.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1));
    await Promise.all([alice.close(), bob.close()]);
  }, 120_000);

  test('SDK-5 what was written before the program ended is sent by the next one', async () => {
    const storage = new MemoryStorage();
    const alice = await newClient(server, 'alice', { storage });
    const bob = await newClient(server, 'bob');
    const [mine, theirs] = await dmBetween(alice, bob);
    await server.kill();
    for (const text of ['one', 'two', 'three']) await mine.sendText(text);
    await alice.close();
    await server.start();
    const next = new Client({ serverUrl: server.url, storage });
    await next.open();
    expect(next.conversation(mine.topic)?.outbox.map(({ state }) => state)).toEqual([
      'sending',
      'sending',
      'sending',
    ]);
    next.connect();
    await until(() => textsOf(theirs).length === 3, { what: 'the three messages' });
    expect(textsOf(theirs)).toEqual(['one', 'two', 'three']);
    await Promise.all([next.close(), bob.close()]);
  }, 90_000);

  test('SDK-5 a message that is refused for good fails, says why, and can be sent again', async () => {
    const alice = await newClient(server, 'alice');
    const bob = await createPerson(server, 'bob');
    const dm = await alice.openDm(bob.user.id);
    await dm.ready();
    expect((await bob.api.call('PUT', `/users/${alice.me.id}/block`)).status).toBeLessThan(300);
    await dm.sendText('are you there?');
    const failed = await until(() => dm.outbox.find(({ state }) => state === 'failed'), {
      what: 'the refusal',
    });
    expect(failed.error?.code).toBe('blocked');
    await bob.api.call('DELETE', `/users/${alice.me.id}/block`);
    await dm.resend(failed.client_id);
    await until(() => textsOf(dm).length === 1, { what: 'the message to be sent' });
    expect(dm.outbox).toEqual([]);
    await alice.close();
  }, 30_000);
});
