import { expect, test } from 'bun:test';
import type { ConversationId, UserId } from '@tpx/protocol';
import { indexAfter, OnlineLists } from './online-lists.ts';

const [large, other, small] = ['large', 'other', 'small'] as ConversationId[] as [
  ConversationId,
  ConversationId,
  ConversationId,
];

function world(people: readonly UserId[]) {
  const asked: ConversationId[] = [];
  let fails = false;
  const lists = new OnlineLists({
    listed: (id) => (id === small ? people.slice(0, 3) : undefined),
    ask: async (id) => {
      asked.push(id);
      if (fails) throw new Error('no node answers');
      return new Set(people);
    },
  });
  return { lists, asked, fail: (does: boolean) => (fails = does) };
}

test('GRP-19 all pages of a large room are served by one question to the nodes', async () => {
  const people = Array.from({ length: 5_000 }, () => crypto.randomUUID() as string as UserId);
  const { lists, asked } = world(people);
  const seen: UserId[] = [];
  for (let after: UserId | undefined; ; after = seen.at(-1)) {
    const online = await lists.onlineIn(large);
    const from = indexAfter(online, after);
    const page = online.slice(from, from + 100);
    if (page.length === 0) break;
    seen.push(...page);
  }
  expect(seen).toEqual(people.toSorted());
  await Promise.all(Array.from({ length: 10 }, () => lists.onlineIn(large)));
  expect(asked).toEqual([large]);
  await lists.onlineIn(other);
  expect(asked).toEqual([large, other]);
});

test('GRP-19 a small room is read as it is now, in order', async () => {
  const people = ['c', 'a', 'b'] as UserId[];
  const { lists, asked } = world(people);
  expect(await lists.onlineIn(small)).toEqual(['a', 'b', 'c'] as UserId[]);
  people[0] = 'd' as UserId;
  expect(await lists.onlineIn(small)).toEqual(['a', 'b', 'd'] as UserId[]);
  expect(asked).toEqual([]);
});

test('GRP-19 a question that failed is asked again', async () => {
  const { lists, asked, fail } = world([]);
  fail(true);
  await expect(lists.onlineIn(large)).rejects.toThrow('no node answers');
  fail(false);
  expect(await lists.onlineIn(large)).toEqual([]);
  expect(asked).toHaveLength(2);
});
