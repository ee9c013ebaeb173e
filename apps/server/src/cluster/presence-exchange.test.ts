import { expect, test } from 'bun:test';
import type { ConversationId, UserId } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import { InProcessHub } from './in-process-bus.ts';
import { PresenceExchange } from './presence-exchange.ts';
import type { PresencePart } from './presence-news.ts';

const room = (n: number) => `room-${n}` as ConversationId;
const people = (node: string, count: number) =>
  Array.from({ length: count }, (_, n) => [`${node}-${n}` as UserId, n, 0, 'device'] as const);

/** Nodes on one bus, each with so many people in room 1. */
function cluster(sizes: Record<string, number>) {
  const hub = new InProcessHub();
  const nodes = Object.fromEntries(
    Object.entries(sizes).map(([nodeId, size]) => {
      const answers: [ConversationId, string, PresencePart | undefined][] = [];
      const exchange = new PresenceExchange({
        bus: hub.join(),
        nodeId,
        peers: () => Object.keys(sizes).filter((other) => other !== nodeId),
        partOf: (id, all) =>
          id !== room(1) || size === 0
            ? undefined
            : { size, ...((all || size < 10) && { entries: people(nodeId, size) }) },
        answered: (...answer) => answers.push(answer),
      });
      return [nodeId, { exchange, answers }];
    }),
  );
  return (nodeId: string) => {
    const node = nodes[nodeId];
    if (!node) throw new Error(`There is no node ${nodeId}.`);
    return node;
  };
}

test('CLU-13 every node answers for every room that was asked for, also that it has nobody there', async () => {
  const node = cluster({ a: 1, b: 2, c: 0 });
  const { exchange, answers } = node('a');
  exchange.ask([room(1)]);
  exchange.ask([room(2), room(1)]);
  await until(() => answers.length === 4, { what: 'all answers' });
  expect(answers.sort()).toEqual([
    [room(1), 'b', { size: 2, entries: people('b', 2) }],
    [room(1), 'c', undefined],
    [room(2), 'b', undefined],
    [room(2), 'c', undefined],
  ]);
  expect(node('b').answers).toEqual([]);
});

test('CLU-13 who serves a room tells whoever asks there, and who has nobody in it keeps quiet', async () => {
  const node = cluster({ a: 0, b: 2, c: 0 });
  for (const other of ['c', 'b']) node(other).exchange.tell(room(1), 'a');
  await until(() => node('a').answers.length > 0, { what: 'an answer' });
  expect(node('a').answers).toEqual([[room(1), 'b', { size: 2, entries: people('b', 2) }]]);
});

test('CLU-13 whoever asks for people gets all of them, in as many messages as it takes', async () => {
  const node = cluster({ a: 0, b: 5_000, c: 3 });
  const found = await node('a').exchange.people(room(1));
  expect(found.size).toBe(5_003);
  expect((await node('c').exchange.people(room(1))).size).toBe(5_000);
  expect((await node('a').exchange.people(room(2))).size).toBe(0);
});

test('CLU-13 a node without others has its answer at once', async () => {
  expect((await cluster({ a: 1 })('a').exchange.people(room(1))).size).toBe(0);
});
