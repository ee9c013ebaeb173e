import { expect, test } from 'bun:test';
import { Client, MemoryStorage } from '@tpx/sdk';
import { until } from '@tpx/testkit';
import { Cluster } from './cluster.fixture.ts';
import { dmBetween, newClient, online, textsOf } from './sdk.fixture.ts';

test('WS-30 a client that moves to a node that is merely behind keeps what it holds, at every moment', async () => {
  await using cluster = await Cluster.start(2);
  const storage = new MemoryStorage();
  const alice = await newClient(cluster.node(0), 'alice', { storage });
  const bob = await newClient(cluster.node(1), 'bob');
  const [mine, theirs] = await dmBetween(alice, bob);
  await mine.sendText('before');
  await until(() => textsOf(theirs).length === 1, { what: 'the first message on the other node' });

  // The other node hears nothing more: it serves the conversation, and does not know that it went on.
  cluster.link(1).cut();
  const texts = Array.from({ length: 250 }, (_, n) => `m${n}`);
  for (const text of texts) await mine.sendText(text);
  await until(() => mine.outbox.length === 0 && textsOf(mine).length === 251, {
    what: 'all to be acknowledged',
  });
  await alice.close();
  const moved = new Client({ serverUrl: cluster.node(1).url, storage });
  await moved.open();
  const held: number[] = [];
  const replaced: unknown[] = [];
  moved.events.on('replaced', (event) => replaced.push(event));
  const here = moved.conversation(mine.topic);
  if (!here) throw new Error('The conversation was not kept.');
  for (const event of ['history', 'message', 'changed', 'connection', 'read'] as const)
    moved.events.on(event, () => held.push(textsOf(here).length));
  await online(moved);
  await here.ready();
  await until(() => textsOf(theirs).length === 251, { what: 'all at bob', timeoutMs: 20_000 });
  expect([Math.min(...held), replaced, textsOf(here).length]).toEqual([251, [], 251]);
  expect(textsOf(here)).toEqual(['before', ...texts]);
  await Promise.all([moved.close(), bob.close()]);
}, 120_000);
