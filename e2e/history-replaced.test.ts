import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { MessageObject } from '@tpx/protocol';
import { type Client, type Conversation, MemoryStorage, Client as Sdk } from '@tpx/sdk';
import { startNats, startServer, TEST_PASSWORD, type TestServer, until } from '@tpx/testkit';
import { cliHome, jsonCli } from './cli.fixture.ts';
import { OwnPostgres } from './own-postgres.fixture.ts';
import { dmBetween, newClient, online, textsOf } from './sdk.fixture.ts';

let postgres: OwnPostgres;
let server: TestServer;

beforeAll(async () => {
  postgres = await OwnPostgres.start();
  server = await startServer({ databaseUrl: postgres.url });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

const textOf = ({ content }: MessageObject) => (content as { text: string }).text;
const goneFrom = (conversation: Conversation) => conversation.gone.map(({ message }) => textOf(message));

async function say(conversation: Conversation, other: Conversation, ...texts: string[]): Promise<void> {
  for (const text of texts) await conversation.sendText(text);
  await until(() => textsOf(other).slice(-texts.length).join() === texts.join(), { what: texts.join() });
}

/** What a client says of histories that were replaced, from now on. */
function watchReplaced(client: Client): string[][] {
  const told: string[][] = [];
  client.events.on('replaced', ({ gone }) => told.push(gone.map(textOf)));
  return told;
}

async function isReady(): Promise<void> {
  await until(async () => (await fetch(`${server.url}/readyz`)).status === 200, {
    what: 'the node to be ready',
  });
}

describe('LOG-14 WS-30 SDK-21 a backup is restored', () => {
  test('SDK-21 with nodes restarted and writers ahead of who returns: nothing of the lost history passes for the new', async () => {
    const storage = new MemoryStorage();
    const alice = await newClient(server, 'alice');
    const bob = await newClient(server, 'bob', { storage });
    const [mine, theirs] = await dmBetween(alice, bob);
    await say(mine, theirs, 'kept 1', 'kept 2');
    await postgres.copyData();
    await isReady();
    await say(mine, theirs, 'lost 1', 'lost 2', 'lost 3');
    await theirs.markRead();
    await bob.close();

    await server.stop();
    await postgres.putCopyBack();
    const told = watchReplaced(alice);
    await server.start();
    await until(() => told.length === 1, { what: 'alice to be notified that the history was replaced' });
    expect(told).toEqual([['lost 1', 'lost 2', 'lost 3']]);
    await mine.ready();
    for (const text of ['new 1', 'new 2', 'new 3', 'new 4']) await mine.sendText(text);
    const now = ['kept 1', 'kept 2', 'new 1', 'new 2', 'new 3', 'new 4'];
    await until(() => textsOf(mine).length === now.length && mine.outbox.length === 0, {
      what: 'the new messages',
    });

    const back = new Sdk({ serverUrl: server.url, storage });
    await back.open();
    const toldBack = watchReplaced(back);
    await online(back);
    const again = back.conversation(mine.topic);
    if (!again) throw new Error('bob lost the conversation');
    await until(() => textsOf(again).join() === now.join(), { what: 'the new history at bob' });
    expect(toldBack).toEqual([['lost 1', 'lost 2', 'lost 3']]);
    expect(goneFrom(again)).toEqual(['lost 1', 'lost 2', 'lost 3']);
    // Read was the lost history, not what stands at its numbers now.
    expect(again.unread).toBe(4);
    await back.close();
    const third = new Sdk({ serverUrl: server.url, storage });
    await third.open();
    expect(goneFrom(third.conversation(mine.topic) as Conversation)).toEqual(['lost 1', 'lost 2', 'lost 3']);
    const toldThird = watchReplaced(third);
    await online(third);
    await third.conversation(mine.topic)?.ready();
    expect(toldThird).toEqual([]);
    await Promise.all([alice.close(), third.close()]);
  }, 120_000);

  test('LOG-15 behind a running node: it sends its clients back, and what is acknowledged then reaches readers', async () => {
    const alice = await newClient(server, 'alice');
    const bob = await newClient(server, 'bob');
    const [mine, theirs] = await dmBetween(alice, bob);
    await say(mine, theirs, 'kept');
    await using home = await cliHome();
    const script = jsonCli(home, ['--server', server.url, '-P', 'script']);
    await script.command('register', { username: `script-${process.pid}`, password: TEST_PASSWORD });
    await script.command('dm', { user: bob.me.username ?? '' });
    await postgres.copyData();
    await isReady();
    await say(mine, theirs, 'lost 1', 'lost 2');
    const told = [watchReplaced(alice), watchReplaced(bob)];
    await script.command('msg', { text: 'lost by a script' });
    await script.when('the acknowledgement', ({ event, state }) => event === 'outbox' && state === 'sent');

    await postgres.putCopyBack();
    await until(() => told.flat(2).filter((text) => text === 'lost 2').length === 2, {
      what: 'both to be notified',
      timeoutMs: 20_000,
    });
    expect(told[0]).toEqual([['lost 1', 'lost 2']]);
    expect(told[1]).toContainEqual(['lost 1', 'lost 2']);
    await Promise.all([mine.ready(), theirs.ready()]);
    await say(mine, theirs, 'new 1');
    expect([textsOf(mine), textsOf(theirs)]).toEqual([
      ['kept', 'new 1'],
      ['kept', 'new 1'],
    ]);
    await server.wrote('Clients are sent back');
    const { gone } = await script.when('the script to be notified', ({ event }) => event === 'replaced');
    expect((gone as MessageObject[]).map(textOf)).toEqual(['lost by a script']);
    await script.end();
    await Promise.all([alice.close(), bob.close()]);
  }, 120_000);

  test('LOG-15 Postgres started again with the same data: no client fetches anew, none is sent back', async () => {
    const alice = await newClient(server, 'alice');
    const bob = await newClient(server, 'bob');
    const [mine, theirs] = await dmBetween(alice, bob);
    await say(mine, theirs, 'one', 'two');
    const told = watchReplaced(bob);
    let lost = 0;
    bob.events.on('connection', ({ state }) => {
      if (state === 'waiting') lost++;
    });
    await postgres.kill();
    await postgres.start();
    await isReady();
    await say(mine, theirs, 'three');
    expect([told, lost, textsOf(theirs)]).toEqual([[], 0, ['one', 'two', 'three']]);
    await Promise.all([alice.close(), bob.close()]);
  }, 120_000);

  test('LOG-15 behind two nodes, with writers at both: the same at every reader', async () => {
    await using data = await OwnPostgres.start();
    await using nats = await startNats();
    const node = () => startServer({ databaseUrl: data.url, env: { TPX_NATS_URL: nats.url } });
    await using first = await node();
    await using second = await node();
    const alice = await newClient(first, 'alice');
    const bob = await newClient(second, 'bob');
    const [mine, theirs] = await dmBetween(alice, bob);
    await say(mine, theirs, 'kept 1', 'kept 2');
    await data.copyData();
    await until(async () => (await fetch(`${first.url}/readyz`)).status === 200, {
      what: 'Postgres to be back',
    });
    await say(mine, theirs, 'lost 1', 'lost 2', 'lost 3');
    const told = [watchReplaced(alice), watchReplaced(bob)];

    await data.putCopyBack();
    await mine.sendText('new 1');
    await theirs.sendText('new 2');
    await until(() => told.every((one) => one.length === 1), {
      what: 'both to be notified',
      timeoutMs: 20_000,
    });
    const shown = () => [textsOf(mine).toSorted().join(), textsOf(theirs).toSorted().join()];
    const now = 'kept 1,kept 2,new 1,new 2';
    await until(() => shown().every((one) => one === now), { what: 'the same at both', timeoutMs: 20_000 });
    expect(textsOf(mine)).toEqual(textsOf(theirs));
    await Promise.all([alice.close(), bob.close()]);
  }, 120_000);
});
