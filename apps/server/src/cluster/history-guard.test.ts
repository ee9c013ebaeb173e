import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { ConversationId, UserId } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import type { ConnectionState } from '../db/database.ts';
import type { LogEntry } from '../fanout/announcer.ts';
import { ALONE } from '../fanout/live-conversation.fixture.ts';
import { LiveConversations } from '../fanout/live-conversations.ts';
import { GroupWorld } from '../groups/group-world.fixture.ts';
import { loadConversationStates } from '../messages/conversation-state.ts';
import { loadLogPlaces } from '../messages/event-identity.ts';
import { readHistory } from '../messages/history.ts';
import { readLog } from '../messages/read-log.ts';
import { HistoryGuard } from './history-guard.ts';

let world: GroupWorld;
let owner: UserId;
beforeAll(async () => {
  world = await GroupWorld.open();
  owner = await world.person();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A group with five messages, and a node that serves it; its connections are lost and made when the test says so. */
async function node() {
  const groupId = await world.group({ owner: [owner] });
  await world.messages(
    groupId,
    owner,
    Array.from({ length: 5 }, () => new Date()),
  );
  const published: number[] = [];
  const anew: string[] = [];
  let connection: (state: ConnectionState) => void = () => undefined;
  const { database } = world;
  const live = new LiveConversations({
    ...ALONE,
    loadStates: (ids) => loadConversationStates(database, ids),
    readLog: (id, after, limit) => readLog(database, id, after, limit),
    doubtHistory: (id) => guard.doubt(id),
    publish: (_conversation, { seq }) => published.push(seq),
  });
  const guard = new HistoryGuard({
    database: {
      ...database,
      onConnection: (listener) => {
        connection = listener;
      },
    },
    live,
    readPlaces: (places) => loadLogPlaces(database, places),
    startAnew(why) {
      anew.push(why);
      live.dropAll();
    },
    onError: (error) => {
      throw error;
    },
  });
  const conversation = await live.acquire(groupId);
  return {
    groupId,
    conversation,
    live,
    published,
    anew,
    lose: () => connection('lost'),
    make: () => connection('made'),
    [Symbol.dispose]: () => guard.close(),
  };
}

/** The connection is lost, two messages are stored and announced, and a connection is made: the comparison is under way. */
async function storeTwoWhileHeld({
  groupId,
  conversation,
  live,
  lose,
  make,
}: Awaited<ReturnType<typeof node>>) {
  const { lastSeq } = conversation;
  lose();
  await world.messages(groupId, owner, [new Date(), new Date()]);
  const log = await readLog(world.database, groupId, lastSeq, 10);
  make();
  for (const entry of log) live.offer(entry);
}

/** Postgres is as it was before the last `lost` messages, and has `written` others since. */
async function goBack(groupId: ConversationId, lost: number, written: number): Promise<LogEntry[]> {
  const { database } = world;
  await database.query(
    'DELETE FROM messages m USING conversations c WHERE c.id = $1 AND m.conversation_id = c.id AND m.seq > c.last_seq - $2',
    [groupId, lost],
  );
  await database.query('UPDATE conversations SET last_seq = last_seq - $2 WHERE id = $1', [groupId, lost]);
  await world.messages(
    groupId,
    owner,
    Array.from({ length: written }, () => new Date()),
  );
  return readLog(database, groupId, 0, 200);
}

test('LOG-15 an event that continues the numbers of another history does not go out', async () => {
  using served = await node();
  const { groupId, conversation, live, published, anew, lose, make } = served;
  const { lastSeq } = conversation;
  lose();
  // As many were lost as others have written since: the next one is just the one that is waited for.
  const log = await goBack(groupId, 3, 4);
  make();
  live.offer(log.at(-1) as LogEntry);
  await until(() => anew.length === 1, { what: 'the node to start anew' });
  expect(log.at(-1)?.seq).toBe(lastSeq + 1);
  expect([published, anew]).toEqual([[], ['PostgreSQL has another history than before.']]);
});

test('LOG-15 after a connection was merely lost what was held goes out, in order', async () => {
  using served = await node();
  const { conversation, published, anew } = served;
  const { lastSeq } = conversation;
  await storeTwoWhileHeld(served);
  expect(published).toEqual([]);
  await until(() => published.length === 2, { what: 'what was held' });
  expect([published, anew]).toEqual([[lastSeq + 1, lastSeq + 2], []]);
});

test('LOG-6 history and `reach` have what was acknowledged while it is held', async () => {
  using served = await node();
  const { groupId, conversation, live, published } = served;
  const { lastSeq } = conversation;
  await storeTwoWhileHeld(served);
  const reached = live.reach(conversation, lastSeq + 2);
  const { messages } = await readHistory({ database: world.database, live }, groupId, 'group', { limit: 3 });
  expect(messages.map(({ seq }) => seq)).toEqual([lastSeq, lastSeq + 1, lastSeq + 2]);
  await reached;
  expect(published).toEqual([lastSeq + 1, lastSeq + 2]);
});

test('LOG-15 an event at a place that was handed out with another identity is reason enough to compare', async () => {
  using served = await node();
  const { groupId, conversation, live, anew } = served;
  const same = conversation.ring.all().at(-1) as LogEntry;
  live.offer(same);
  const log = await goBack(groupId, 2, 1);
  live.offer(log.at(-1) as LogEntry);
  await until(() => anew.length === 1, { what: 'the node to start anew' });
});

test('LOG-15 what fills a gap must follow the event that is known', async () => {
  using served = await node();
  const { groupId, conversation, live, published, anew } = served;
  const { lastSeq } = conversation;
  await goBack(groupId, 2, 6);
  live.hearOf(groupId, lastSeq + 4);
  await until(() => anew.length > 0, { what: 'the node to start anew' });
  expect(published).toEqual([]);
});
