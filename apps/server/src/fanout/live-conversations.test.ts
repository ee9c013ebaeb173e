import { expect, test } from 'bun:test';
import { type ConversationId, Refusal } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import type { LogEntry } from './announcer.ts';
import { ALONE } from './live-conversation.fixture.ts';
import type { ConversationState } from './live-conversation.ts';
import { LiveConversations } from './live-conversations.ts';

const id = 'c' as ConversationId;
const entry = (seq: number): LogEntry => ({
  conversationId: id,
  kind: 'group',
  seq,
  event: 'message',
  payload: `{"seq":${seq}}`,
});
const state = (lastSeq: number): ConversationState => ({
  id,
  kind: 'group',
  firstSeq: 1,
  lastSeq,
  memberCount: 2,
  whoCanPost: 'all',
  peers: undefined,
  recent: [],
});

/** A log that is all committed, of which the node hears in any order or not at all. */
function world(lastSeq = 0, committed = 100) {
  const published: number[] = [];
  const { promise: whole, resolve } = Promise.withResolvers<void>();
  const reads: number[] = [];
  const live = new LiveConversations({
    doubtHistory: () => undefined,
    ...ALONE,
    loadStates: async (ids) => ids.map(() => state(lastSeq)),
    readLog: async (_id, after, limit) => {
      reads.push(after);
      return Array.from({ length: Math.min(limit, committed - after) }, (_, index) =>
        entry(after + 1 + index),
      );
    },
    publish: (_conversation, { seq }) => {
      published.push(seq);
      if (seq === committed) resolve();
    },
  });
  return { live, published, whole, reads };
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test('LOG-3: entries that come in any order leave in order, each once', async () => {
  const { live, published } = world(0, 6);
  await live.acquire(id);
  for (const seq of [2, 1, 1, 4, 3, 2, 6, 5]) live.offer(entry(seq));
  expect(published).toEqual([1, 2, 3, 4, 5, 6]);
});

test('LOG-3: what never came is read from Postgres, and goes out before what came after it', async () => {
  const { live, published, whole, reads } = world(0, 300);
  await live.acquire(id);
  live.offer(entry(1));
  live.offer(entry(300));
  await whole;
  expect(published).toEqual(upTo(300));
  // With the newest one that is known: what follows must follow the same event.
  expect(reads[0]).toBe(0);
});

test('LOG-3: what is committed while a conversation is loaded is not lost', async () => {
  const { live, published } = world(3, 100);
  const acquired = live.acquire(id);
  for (const seq of [3, 4, 5]) live.offer(entry(seq));
  const conversation = await acquired;
  expect(published).toEqual([4, 5]);
  expect(conversation.lastSeq).toBe(5);
});

test('AUTHZ-2 what changes while a conversation is loaded is done once it is there, in its turn', async () => {
  const { live } = world(9);
  const acquired = live.acquire(id);
  live.offer(entry(10));
  live.whenLive(id, (conversation) => conversation.trimTo(8));
  live.whenLive(id, (conversation) => {
    conversation.memberCount = conversation.lastSeq;
  });
  const conversation = await acquired;
  expect(conversation).toMatchObject({ firstSeq: 8, lastSeq: 10, memberCount: 10 });
  live.whenLive(id, (same) => same.trimTo(10));
  expect(conversation.firstSeq).toBe(10);
  live.whenLive('another' as ConversationId, () => {
    throw new Error('it is neither live nor loaded');
  });
});

test('GRP-9 what retention took before this node heard of it goes out, and is not kept', async () => {
  const { live, published } = world();
  const conversation = await live.acquire(id);
  conversation.trimTo(3);
  for (const seq of [1, 2, 3]) live.offer(entry(seq));
  expect(published).toEqual([1, 2, 3]);
  expect(conversation.ring.all().map(({ seq }) => seq)).toEqual([3]);
});

test('AUTHZ-2 a conversation that is deleted while it is loaded is not there', async () => {
  const { live } = world(9);
  const acquired = live.acquire(id);
  live.drop(id);
  await expect(acquired).rejects.toMatchObject({ code: 'not_found' });
  expect(live.count).toBe(0);
});

test('LOG-10: the recent events of all conversations are bounded together; what was forgotten counts no more', async () => {
  const recent = (conversationId: ConversationId) =>
    Array.from({ length: 10 }, (_, n) => ({ ...entry(n + 1), conversationId, payload: 'x'.repeat(1_000) }));
  const live = new LiveConversations({
    doubtHistory: () => undefined,
    ...ALONE,
    loadStates: async (ids) => ids.map((id) => ({ ...state(10), id, recent: recent(id) })),
    readLog: async () => [],
    publish: () => undefined,
    ringCharactersMax: 50_000,
  });
  const ids = Array.from({ length: 100 }, (_, n) => `c${n}` as ConversationId);
  for (const each of ids) {
    const conversation = await live.acquire(each);
    expect(conversation.ring.since(0, 10)).toHaveLength(10);
    expect(live.ringCharacters).toBeLessThanOrEqual(50_000);
    await live.acquire(ids[0] as ConversationId);
  }
  expect(live.count).toBe(100);
  expect(live.get(ids[0] as ConversationId)?.ring.all()).toHaveLength(10);
  expect(live.get(ids[50] as ConversationId)?.ring.since(0, 10)).toBeUndefined();
  live.sweep(performance.now() + 3_600_000);
  expect([live.count, live.ringCharacters]).toEqual([0, 0]);
});

test('LOG-3: a gap that retention has made is passed over', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const published: number[] = [];
  const live = new LiveConversations({
    doubtHistory: () => undefined,
    ...ALONE,
    loadStates: async (ids) => ids.map(() => ({ ...state(3), recent: [1, 2, 3].map(entry) })),
    readLog: async () => [entry(50), entry(51)],
    publish: (_conversation, { seq }) => {
      published.push(seq);
      if (seq === 51) resolve();
    },
  });
  const conversation = await live.acquire(id);
  live.offer(entry(51));
  await promise;
  expect(published).toEqual([50, 51]);
  // What came before the gap is gone, too: the ring would otherwise have a hole.
  expect(conversation.firstSeq).toBe(50);
  expect(conversation.ring.since(20, 51)).toBeUndefined();
  expect(conversation.ring.since(49, 51)).toHaveLength(2);
});

test('LOG-3: more early entries than are kept are read from Postgres to the last', async () => {
  const { live, published, whole } = world(0, 1_500);
  await live.acquire(id);
  for (let seq = 2; seq <= 1_500; seq++) live.offer(entry(seq));
  await whole;
  expect(published).toEqual(upTo(1_500));
});

test('LOG-11: what may have been committed is read once Postgres answers, page after page', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const published: number[] = [];
  let away = true;
  const live = new LiveConversations({
    doubtHistory: () => undefined,
    ...ALONE,
    loadStates: async (ids) => ids.map(() => state(0)),
    readLog: async (_id, after, limit) => {
      if (away) {
        away = false;
        throw new Refusal('unavailable');
      }
      return Array.from({ length: Math.min(limit, 300 - after) }, (_, index) => entry(after + 1 + index));
    },
    publish: (_conversation, { seq }) => {
      published.push(seq);
      if (seq === 300) resolve();
    },
  });
  await live.acquire(id);
  live.inDoubt(id);
  await promise;
  expect(published).toEqual(upTo(300));
});

test('LOG-11: what comes to be there just after a look, while Postgres comes back, is found by the next', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Away; back, and commits behind the look; there.
  const answers = [undefined, [], [entry(10)]];
  const live = new LiveConversations({
    doubtHistory: () => undefined,
    ...ALONE,
    loadStates: async (ids) => ids.map(() => state(9)),
    readLog: async () => {
      const answer = answers.shift();
      if (!answer) throw new Refusal('unavailable');
      return answer;
    },
    publish: () => resolve(),
  });
  const acquired = live.acquire(id);
  live.inDoubt(id);
  const conversation = await acquired;
  await promise;
  expect(conversation.lastSeq).toBe(10);
});

test('LOG-11: what was read while events were held does not settle a doubt', async () => {
  const { live, published, whole, reads } = world(99, 100);
  await live.acquire(id);
  live.inDoubt(id);
  live.hold();
  await until(() => reads.length > 0, { what: 'the first read', timeoutMs: 5_000 });
  live.release();
  await whole;
  expect(published).toEqual([100]);
});

test('LOG-3: nobody goes on waiting for what retention took', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let reads = 0;
  const live = new LiveConversations({
    doubtHistory: () => undefined,
    ...ALONE,
    loadStates: async (ids) => ids.map(() => state(1)),
    readLog: async () => {
      reads++;
      return [entry(50)];
    },
    publish: (_conversation, { seq }) => {
      if (seq === 50) resolve();
    },
  });
  const conversation = await live.acquire(id);
  live.offer(entry(40));
  await promise;
  expect(conversation.hasGap).toBe(false);
  expect(reads).toBe(1);
});

test('LOG-3: a conversation that is not there is refused, and asked for again the next time', async () => {
  let exists = false;
  const live = new LiveConversations({
    doubtHistory: () => undefined,
    ...ALONE,
    loadStates: async (ids) => ids.map(() => (exists ? state(0) : undefined)),
    readLog: async () => [],
    publish: () => undefined,
  });
  await expect(live.acquire(id)).rejects.toMatchObject({ code: 'not_found' });
  exists = true;
  expect((await live.acquire(id)).id).toBe(id);
});

test('LOG-8: a conversation without readers is forgotten after a while, one with readers is kept', async () => {
  const { live } = world();
  const conversation = await live.acquire(id);
  live.sweep(conversation.idleSince + 1_000);
  expect(live.count).toBe(1);
  conversation.readers = 1;
  live.sweep(conversation.idleSince + 3_600_000);
  expect(live.count).toBe(1);
  conversation.readers = 0;
  live.sweep(conversation.idleSince + 3_600_000);
  expect(live.count).toBe(0);
});

test('LOG-8: one that is asked for again is kept until whoever asked has joined', async () => {
  const { live } = world();
  const conversation = await live.acquire(id);
  conversation.idleSince = performance.now() - 3_600_000;
  await live.acquire(id);
  live.sweep();
  expect(live.get(id)).toBe(conversation);
});

/** What a node does about one conversation, in order. */
function listening(exists: () => boolean) {
  const done: string[] = [];
  const live = new LiveConversations({
    doubtHistory: () => undefined,
    ...ALONE,
    listen: async () => {
      await Promise.resolve();
      done.push('listens');
    },
    unlisten: () => done.push('stops'),
    loadStates: async (ids) => {
      done.push('loads');
      return ids.map(() => (exists() ? state(0) : undefined));
    },
    readLog: async () => [],
    publish: () => undefined,
  });
  return { live, done };
}

test('CLU-5: a node listens before it reads, and stops when it serves the conversation no more', async () => {
  const { live, done } = listening(() => true);
  const conversation = await live.acquire(id);
  await live.acquire(id);
  expect(done).toEqual(['listens', 'loads']);
  live.sweep(conversation.idleSince + 3_600_000);
  expect(done).toEqual(['listens', 'loads', 'stops']);
  await live.acquire(id);
  live.drop(id);
  live.drop(id);
  expect(done.slice(3)).toEqual(['listens', 'loads', 'stops']);
});

test('CLU-5: a node does not go on listening to a conversation that is not there', async () => {
  const { live, done } = listening(() => false);
  await expect(live.acquire(id)).rejects.toMatchObject({ code: 'not_found' });
  expect(done).toEqual(['listens', 'loads', 'stops']);
});

test('CLU-7: what the log is said to reach is fetched, also while the conversation is being loaded', async () => {
  const { live, published, whole } = world(3, 100);
  const acquired = live.acquire(id);
  live.hearOf(id, 100);
  await acquired;
  await whole;
  expect(published).toEqual(upTo(100).slice(3));
});
