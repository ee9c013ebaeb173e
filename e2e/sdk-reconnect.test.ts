import { describe, expect, test } from 'bun:test';
import { Client, MemoryStorage } from '@tpx/sdk';
import { until } from '@tpx/testkit';
import { dmBetween, eventsOf, newClient, online, recordingWebSocket, textsOf } from './sdk.fixture.ts';
import { serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();

describe('SDK-2 SDK-3 SDK-4 a server that is killed and comes back', () => {
  test('SDK-2 clients are back within 3 s of the server, whole and without a duplicate', async () => {
    const recorded = recordingWebSocket();
    const alice = await newClient(server, 'alice', { WebSocket: recorded.WebSocket });
    const bob = await newClient(server, 'bob');
    const [mine, theirs] = await dmBetween(alice, bob);
    const group = await alice.createGroup('Hall');
    await alice.rest.groups.add(group.id, bob.me.id);
    const hall = await until(() => bob.conversation(group.topic), { what: 'the group at bob' });
    await Promise.all([group.ready(), hall.ready()]);
    await mine.sendText('before');
    await until(() => textsOf(theirs).length === 1, { what: 'the first message' });

    await server.kill();
    await theirs.sendText('bob, away');
    await hall.sendText('bob in the hall, away');
    await mine.sendText('alice, away');
    const seen: string[] = [];
    alice.events.on('message', ({ message }) => seen.push(message.id));
    await server.start();
    const back = performance.now();
    const wasBack = Promise.all([mine.ready(), theirs.ready(), group.ready(), hall.ready()]);
    await wasBack;
    expect(performance.now() - back).toBeLessThan(3_000);

    await until(
      () => textsOf(mine).length === 3 && textsOf(theirs).length === 3 && textsOf(group).length === 1,
      {
        what: 'everything that was written while away',
      },
    );
    expect(textsOf(mine)).toEqual(textsOf(theirs));
    expect(mine.messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(new Set(seen).size).toBe(seen.length);

    // SDK-3: one frame brings everything back; no conversation is joined by itself.
    const joins = eventsOf(recorded.connections.at(-1) ?? []).filter((event) => event.startsWith('phx_join'));
    expect(joins).toEqual(['phx_join user']);
    const [first = ''] = recorded.connections.at(-1) ?? [];
    const [, , , , payload] = JSON.parse(first) as [string, string, string, string, { resume: object }];
    expect(Object.keys(payload.resume).sort()).toEqual([mine.topic, group.topic].sort());
    await Promise.all([alice.close(), bob.close()]);
  }, 90_000);

  test('SDK-4 a device that was away gets what it missed, more than a page of it, in order', async () => {
    const storage = new MemoryStorage();
    const alice = await newClient(server, 'alice');
    const bob = await newClient(server, 'bob', { storage });
    const [mine, theirs] = await dmBetween(alice, bob);
    await mine.sendText('0');
    await until(() => textsOf(theirs).length === 1, { what: 'the first message' });
    await bob.close();

    const count = 450;
    for (let number = 1; number <= count; number++) await mine.sendText(String(number));
    await until(() => mine.outbox.length === 0, { what: 'all to be sent', timeoutMs: 60_000 });
    await alice.rest.messages.edit(mine.messages[5]?.id ?? '', 'edited');

    const again = new Client({ serverUrl: server.url, storage });
    expect(await again.open()).toBe(true);
    const before = again.conversation(mine.topic);
    expect(before && textsOf(before)).toEqual(['0']);
    const seqs: number[] = [];
    again.events.on('message', ({ message }) => seqs.push(message.seq));
    await online(again);
    await until(() => before?.lastSeq === mine.lastSeq, {
      what: 'the device to catch up',
      timeoutMs: 20_000,
    });
    expect(seqs).toEqual(Array.from({ length: count }, (_, index) => index + 2));
    expect(before && textsOf(before)[5]).toBe('edited');
    await Promise.all([alice.close(), again.close()]);
  }, 120_000);
});
