import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { ConversationId, UserId } from '@tpx/protocol';
import { LIMITS } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import { appendNotice } from '../messages/append.ts';
import { WordIndex } from '../messages/word-index.ts';
import { GroupWorld, RecordingAnnouncer } from './group-world.fixture.ts';
import { trimLogs } from './trim-logs.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const secondsAgo = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

let world: GroupWorld;
let owner: UserId;

beforeAll(async () => {
  world = await GroupWorld.open();
  owner = await world.person();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  await world.database.query('UPDATE groups SET messages_retention = NULL');
  world.announcer.forget();
});

async function room(retention: number | null, ages: readonly number[]): Promise<ConversationId> {
  const groupId = await world.group({ owner: [owner] });
  await world.database.query('UPDATE groups SET messages_retention = $2 WHERE id = $1', [groupId, retention]);
  await world.messages(groupId, owner, ages.map(secondsAgo));
  return groupId;
}

async function logOf(groupId: ConversationId) {
  const [row] = await world.rows('SELECT first_seq, last_seq FROM conversations WHERE id = $1', [groupId]);
  const { seqs } = await world.census(groupId);
  return { first: Number(row?.first_seq), last: Number(row?.last_seq), seqs };
}

test('GRP-9 what is older goes from the front, for good; what is left has no gap', async () => {
  const groupId = await room(100, [300, 200, 101, 99, 50]);
  await world.database.query(
    `INSERT INTO changes (conversation_id, seq, event, message_id, message_seq, actor_id, created_at)
     VALUES ($1, 6, 'edited', gen_random_uuid(), 1, $2, $3)`,
    [groupId, owner, secondsAgo(10)],
  );
  await world.database.query('UPDATE conversations SET last_seq = 6 WHERE id = $1', [groupId]);
  expect(await trimLogs(world, NOW)).toBe(3);
  expect(await logOf(groupId)).toEqual({ first: 4, last: 6, seqs: [4, 5, 6] });
  expect(world.announcer.changes).toEqual([{ type: 'log_trimmed', conversationId: groupId, firstSeq: 4 }]);
  expect(await trimLogs(world, NOW)).toBe(0);
});

test('CLOCK-2 what was stored while the clock was ahead keeps nothing behind it, and goes with it', async () => {
  const year = -365 * 86_400;
  for (const ahead of [1, 3, 700]) {
    const groupId = await room(100, [...Array<number>(ahead).fill(year), 300, 200, 99]);
    expect(await trimLogs(world, NOW)).toBe(ahead + 2);
    expect(await logOf(groupId)).toEqual({ first: ahead + 3, last: ahead + 3, seqs: [ahead + 3] });
  }
  // Behind it is nothing that is too old: it may be seconds old itself.
  for (const ages of [[year], [year, 50], [year, year, 99, 10], [50, year]]) {
    const groupId = await room(100, ages);
    expect(await trimLogs(world, NOW)).toBe(0);
    expect((await logOf(groupId)).first).toBe(1);
  }
  const between = await room(100, [300, year, 200, year, 50]);
  expect(await trimLogs(world, NOW)).toBe(3);
  expect((await logOf(between)).first).toBe(4);
});

test('GRP-9 edits, reactions and unread mentions of what is deleted go with it, others stay', async () => {
  const groupId = await room(100, [300, 50]);
  const at = secondsAgo(200);
  // The log: message 1, its edit 2 (old), message 3 (new).
  await world.database.query('UPDATE messages SET seq = 3 WHERE conversation_id = $1 AND seq = 2', [groupId]);
  await world.database.query(
    `INSERT INTO changes (conversation_id, seq, event, message_id, message_seq, actor_id, created_at)
     VALUES ($1, 2, 'edited', gen_random_uuid(), 1, $2, $3)`,
    [groupId, owner, at],
  );
  await world.database.query('UPDATE conversations SET last_seq = 3 WHERE id = $1', [groupId]);
  for (const seq of [1, 3]) {
    await world.database.query(
      'INSERT INTO reactions (conversation_id, message_seq, emoji, user_id) VALUES ($1, $2, $3, $4)',
      [groupId, seq, '👍', owner],
    );
    await world.database.query(
      'INSERT INTO unread_mentions (user_id, conversation_id, seq) VALUES ($1, $2, $3)',
      [owner, groupId, seq],
    );
  }
  expect(await trimLogs(world, NOW)).toBe(2);
  expect(await logOf(groupId)).toEqual({ first: 3, last: 3, seqs: [3] });
  expect(
    await world.rows('SELECT message_seq FROM reactions WHERE conversation_id = $1', [groupId]),
  ).toMatchObject([{ message_seq: '3' }]);
  expect(
    await world.rows('SELECT seq FROM unread_mentions WHERE conversation_id = $1', [groupId]),
  ).toMatchObject([{ seq: '3' }]);
});

test('GRP-9 the words of what is deleted go with it, indexed before or not, and do not come back', async () => {
  const groupId = await room(100, [300, 50]);
  const seqs = () => world.rows('SELECT seq FROM message_words WHERE conversation_id = $1', [groupId]);
  const words = new WordIndex(world.database);
  const index = () => {
    words.note(groupId);
    return words.pass();
  };
  await index();
  expect(await seqs()).toEqual([{ seq: '1' }, { seq: '2' }]);
  await world.messages(groupId, owner, [secondsAgo(40)]);
  expect(await trimLogs(world, NOW)).toBe(1);
  expect(await seqs()).toEqual([{ seq: '2' }]);
  expect(await trimLogs(world, new Date(NOW.getTime() + 100_000))).toBe(2);
  await index();
  expect(await seqs()).toEqual([]);
});

test('GRP-9 a group without retention and one whose messages are young keep everything', async () => {
  const kept = await room(null, [1_000_000]);
  const young = await room(100, [99]);
  expect(await trimLogs(world, NOW)).toBe(0);
  expect((await logOf(kept)).seqs).toEqual([1]);
  expect((await logOf(young)).seqs).toEqual([1]);
  expect(world.announcer.changes).toEqual([]);
});

test('GRP-9 an emptied log goes on with the next seq', async () => {
  const groupId = await room(100, [300, 200]);
  await trimLogs(world, NOW);
  expect(await logOf(groupId)).toEqual({ first: 3, last: 2, seqs: [] });
  const entry = await world.database.transaction((tx) =>
    appendNotice(tx, groupId, { event: 'group_updated', actor_id: owner }),
  );
  expect(entry.seq).toBe(3);
});

test('GRP-9 a long log goes in batches of 500, each announced', async () => {
  const groupId = await room(100, [...Array.from({ length: 5_000 }, () => 200), 50]);
  expect(await trimLogs(world, NOW)).toBe(5_000);
  expect(world.announcer.changes).toMatchObject(
    Array.from({ length: 10 }, (_, batch) => ({ firstSeq: 500 * (batch + 1) + 1 })),
  );
  expect((await logOf(groupId)).seqs).toEqual([5001]);
});

test('GRP-9 more groups than one look finds are all trimmed', async () => {
  const ids = Array.from({ length: 501 }, () => Bun.randomUUIDv7());
  await world.database.query(
    `WITH c AS (INSERT INTO conversations (id, kind, last_seq) SELECT id, 'group', 1 FROM unnest($1::uuid[]) AS k (id)),
          m AS (INSERT INTO messages (conversation_id, seq, id, sender_id, type, created_at)
                SELECT id, 1, gen_random_uuid(), $2, 'text', $3 FROM unnest($1::uuid[]) AS k (id))
     SELECT 1`,
    [ids, owner, secondsAgo(200)],
  );
  await world.database.query(
    `INSERT INTO groups (id, name, owner_id, upload_max_bytes, messages_retention)
     SELECT id, 'Room', $2, 1, 100 FROM unnest($1::uuid[]) AS k (id)`,
    [ids, owner],
  );
  expect(await trimLogs(world, NOW)).toBe(501);
});

test('GRP-9 nodes that trim at once remove each event once, and leave what somebody holds for later', async () => {
  const busy = await room(100, [200]);
  await room(100, [200, 200, 200]);
  await world.database.transaction(async (tx) => {
    await tx.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [busy]);
    const removed = await Promise.all([trimLogs(world, NOW), trimLogs(world, NOW), trimLogs(world, NOW)]);
    expect(removed.reduce((sum, count) => sum + count)).toBe(3);
  });
  expect((await logOf(busy)).seqs).toEqual([1]);
  expect(await trimLogs(world, NOW)).toBe(1);
});

test('GRP-9 the longest retention reaches back without overflowing', async () => {
  await room(LIMITS.retentionMaxSeconds, [LIMITS.retentionMaxSeconds + 60, LIMITS.retentionMaxSeconds - 60]);
  expect(await trimLogs(world, NOW)).toBe(1);
});

test('GRP-9 a pass that is told to end does so after the batch under way', async () => {
  const groupId = await room(
    100,
    Array.from({ length: 5_000 }, () => 200),
  );
  const stopping = new AbortController();
  const announcer = new RecordingAnnouncer();
  announcer.changed = () => stopping.abort();
  expect(await trimLogs({ database: world.database, announcer }, NOW, stopping.signal)).toBe(500);
  expect(await logOf(groupId)).toMatchObject({ first: 501 });
});

test('GRP-9 a busy group is waited for, in the queue of those that send, and all of it goes in one pass', async () => {
  const groupId = await room(
    100,
    Array.from({ length: 5_000 }, () => 200),
  );
  const held = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const sender = world.database.transaction(async (tx) => {
    await tx.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [groupId]);
    held.resolve();
    await release.promise;
  });
  await held.promise;
  const trimming = trimLogs(world, NOW);
  await until(
    async () =>
      (
        await world.rows(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%lock_conversation%'`,
        )
      ).length > 0,
    { what: 'the pass to wait for the group' },
  );
  release.resolve();
  await sender;
  expect(await trimming).toBe(5_000);
});

test('GRP-9 groups take turns: a short log does not wait for all of a long one', async () => {
  const [long, short] = await Promise.all([
    room(
      100,
      Array.from({ length: 9_000 }, () => 200),
    ),
    room(
      100,
      Array.from({ length: 10 }, () => 200),
    ),
  ]);
  expect(await trimLogs(world, NOW)).toBe(9_010);
  const order = world.announcer.changes.flatMap((change) =>
    change.type === 'log_trimmed' ? [change.conversationId] : [],
  );
  expect(order.indexOf(short)).toBeLessThanOrEqual(8);
  expect(order.lastIndexOf(long)).toBe(order.length - 1);
});
