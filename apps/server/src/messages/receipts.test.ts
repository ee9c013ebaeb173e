import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { ConversationId, MessageId, ReceiptObject, UserId } from '@tpx/protocol';
import { type RawJson, Refusal } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import type { Database } from '../db/database.ts';
import { LiveConversation } from '../fanout/live-conversation.ts';
import { RingMemory } from '../fanout/ring-memory.ts';
import { GroupWorld } from '../groups/group-world.fixture.ts';
import { loadConversationStates } from './conversation-state.ts';
import { MessageWriter } from './message-writer.ts';
import { loadMessageReceipts } from './receipt-summary.ts';
import { ReceiptBook } from './receipts.ts';
import { sendMessage } from './send-message.ts';
import { SummaryBook } from './summary-book.ts';

let world: GroupWorld;
let owner: UserId;
let members: UserId[];
let group: ConversationId;

beforeAll(async () => {
  world = await GroupWorld.open();
  owner = await world.person();
  members = await world.people(3);
  group = await world.group({ owner: [owner], user: members });
});
afterAll(() => world[Symbol.asyncDispose]());

async function liveGroup(id = group): Promise<LiveConversation> {
  const [state] = await loadConversationStates(world.database, [id]);
  if (!state) throw new Error('no group');
  return new LiveConversation(state, new RingMemory(Number.POSITIVE_INFINITY));
}
async function say(conversationId = group): Promise<{ id: MessageId; seq: number }> {
  const writer = new MessageWriter({ database: world.database, announcer: world.announcer });
  const sender = {
    userId: owner,
    conversationId,
    kind: 'group',
    standing: 'owner',
    whoCanPost: 'all',
    blocked: false,
    rightsVersion: 0,
  } as const;
  return sendMessage(writer, sender, { type: 'text', content: { text: 'hello' } });
}
function book(database: Database = world.database) {
  const told: ReceiptObject[][] = [];
  const relayed: ReceiptObject[][] = [];
  const receiptsOf = (marks: RawJson) => (marks.toJSON() as { receipts: ReceiptObject[] }).receipts;
  const receipts = new ReceiptBook({
    database,
    broadcast: (_, _marks, payload) => told.push(receiptsOf(payload)),
    relay: (_, marks) => relayed.push(receiptsOf(marks)),
  });
  return { receipts, told, relayed };
}

/** The database, while Postgres is away and when it is back. */
function during(outage: { away: boolean }): Database {
  return {
    ...world.database,
    query: (text, values) =>
      outage.away ? Promise.reject(new Refusal('unavailable')) : world.database.query(text, values),
  };
}

test('CLU-4: marks of another node go out with those of this one, which alone are passed on', async () => {
  const { seq } = await say();
  const live = await liveGroup();
  const { receipts, told, relayed } = book();
  const [one, two] = members as [UserId, UserId];
  receipts.mark(live, one, seq, 0);
  receipts.heard(live, [
    { user_id: one, delivered_seq: seq - 1, read_seq: seq - 1 },
    { user_id: two, delivered_seq: seq, read_seq: 0 },
  ]);
  receipts.heard(live, [{ user_id: two, delivered_seq: seq, read_seq: seq }]);
  await receipts.flush();
  expect(told).toEqual([
    [
      { user_id: one, delivered_seq: seq, read_seq: seq - 1 },
      { user_id: two, delivered_seq: seq, read_seq: seq },
    ],
  ]);
  expect(relayed).toEqual([[{ user_id: one, delivered_seq: seq, read_seq: 0 }]]);
  await receipts.close();
});

test('RCP-1: marks of a second are stored and told together, the highest of each member', async () => {
  const { seq, id } = await say();
  const live = await liveGroup();
  const { receipts, told } = book();
  const [one, two] = members as [UserId, UserId];
  receipts.mark(live, one, seq, 0);
  receipts.mark(live, one, seq, seq);
  receipts.mark(live, two, seq, 0);
  await receipts.flush();
  expect(told).toEqual([
    [
      { user_id: one, delivered_seq: seq, read_seq: seq },
      { user_id: two, delivered_seq: seq, read_seq: 0 },
    ],
  ]);
  expect(await loadMessageReceipts(world.database, owner, id, { limit: 10, after: null })).toMatchObject({
    delivered: 2,
    read: 1,
    of: 3,
  });
  await receipts.close();
});

test('RCP-1: where entries follow each other fast, marks go out together with the next one', async () => {
  const { seq } = await say();
  const live = await liveGroup();
  const { receipts, told } = book();
  const toldWithEntry: boolean[] = [];
  const entries = setInterval(() => {
    const before = told.length;
    receipts.published(live);
    if (told.length > before) toldWithEntry.push(true);
  }, 10);
  const [one] = members as [UserId];
  await until(
    () => {
      receipts.mark(live, one, seq, seq);
      return told.length > 0;
    },
    { what: 'the marks to be told' },
  );
  clearInterval(entries);
  expect(toldWithEntry.length).toBe(told.length);
  await receipts.close();
});

test('RCP-1: where no entry follows, marks are told all the same', async () => {
  const { seq } = await say();
  const live = await liveGroup();
  const { receipts, told } = book();
  receipts.published(live);
  receipts.published(live);
  const [one] = members as [UserId];
  receipts.mark(live, one, seq, seq);
  await until(() => told.length > 0, { what: 'the marks to be told' });
  await receipts.close();
});

test('RCP-1: marks that are held for the next entry are told at the end, with those that came after them', async () => {
  const { seq } = await say();
  const live = await liveGroup();
  const { receipts, told } = book();
  receipts.published(live);
  receipts.published(live);
  const [one, two] = members as [UserId, UserId];
  receipts.mark(live, one, seq, seq);
  const place = [group, one, seq];
  const STORED = 'SELECT 1 FROM members WHERE conversation_id = $1 AND user_id = $2 AND read_seq = $3';
  await until(async () => (await world.rows(STORED, place)).length > 0, { what: 'the mark to be stored' });
  receipts.mark(live, two, seq, seq);
  await receipts.close();
  expect(told.flat().map(({ user_id }) => user_id as UserId)).toEqual([one, two]);
});

test('RCP-2: a mark never falls', async () => {
  const { seq } = await say();
  const live = await liveGroup();
  const { receipts } = book();
  const [one] = members as [UserId];
  receipts.mark(live, one, seq, seq);
  await receipts.flush();
  receipts.mark(live, one, 1, 1);
  await receipts.flush();
  const [row] = await world.database.query(
    'SELECT read_seq FROM members WHERE conversation_id = $1 AND user_id = $2',
    [group, one],
  );
  expect(row).toEqual({ read_seq: String(seq) });
  await receipts.close();
});

test('RCP-3: while Postgres is away marks wait, and are told once they are stored', async () => {
  const { seq } = await say();
  const live = await liveGroup();
  const outage = { away: true };
  const { receipts, told } = book(during(outage));
  const [one] = members as [UserId];
  receipts.mark(live, one, seq, 0);
  await receipts.flush();
  expect(told).toEqual([]);
  outage.away = false;
  await receipts.flush();
  expect(told).toEqual([[{ user_id: one, delivered_seq: seq, read_seq: 0 }]]);
  await receipts.close();
});

test('RCP-4: in rooms above 50 members only the sender hears, as counts', async () => {
  const crowd = await world.people(60);
  const large = await world.group({ owner: [owner], user: crowd });
  const message = await say(large);
  const { seq, id } = message;
  const live = await liveGroup(large);
  const { receipts, told } = book();
  for (const userId of crowd.slice(0, 40)) receipts.mark(live, userId, seq, 0);
  for (const userId of crowd.slice(0, 10)) receipts.mark(live, userId, seq, seq);
  await receipts.flush();
  expect(told).toEqual([]);
  const outage = { away: true };
  const summaries = new SummaryBook({ database: during(outage), announcer: world.announcer });
  live.readers = 61;
  summaries.await(live, owner, message);
  world.announcer.forget();
  await summaries.summarize();
  expect(world.announcer.signals).toEqual([]);
  outage.away = false;
  const summary = { id, topic: live.topic, delivered: 40, read: 10, of: 60 };
  const signal = { userId: owner, event: 'receipt_summary', payload: summary };
  await summaries.summarize();
  expect(world.announcer.signals).toEqual([signal]);
  // The same numbers are not told again; new ones are.
  const after = (seconds: number) => performance.now() + seconds * 1000;
  await summaries.summarize(after(100));
  expect(world.announcer.signals).toEqual([signal]);
  for (const userId of crowd) receipts.mark(live, userId, seq, seq);
  await receipts.flush();
  // A message of 100 s is looked at again after 25.
  await summaries.summarize(after(110));
  expect(world.announcer.signals).toEqual([signal]);
  await summaries.summarize(after(126));
  const done = { ...signal, payload: { ...summary, delivered: 60, read: 60 } };
  expect(world.announcer.signals).toEqual([signal, done]);
  summaries.close();
  await receipts.close();
});

test('RCP-5: receipts of a message are told to members only', async () => {
  const { id } = await say();
  const stranger = await world.person();
  await expect(
    loadMessageReceipts(world.database, stranger, id, { limit: 10, after: null }),
  ).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('RCP-2 LOG-15 a mark of a history that is no more passes nothing of the one that is there now', async () => {
  const { seq } = await say();
  const live = await liveGroup();
  const [reader] = members as [UserId];
  const { receipts } = book();
  receipts.mark(live, reader, seq + 40, seq + 40);
  await receipts.flush();
  const marks = await world.rows(
    'SELECT delivered_seq, read_seq FROM members WHERE conversation_id = $1 AND user_id = $2',
    [group, reader],
  );
  expect(marks).toEqual([{ delivered_seq: String(seq), read_seq: String(seq) }]);
  await say();
  receipts.mark(live, reader, seq + 1, seq + 1);
  receipts.forgetAll();
  await receipts.close();
  const after = await world.rows('SELECT read_seq FROM members WHERE conversation_id = $1 AND user_id = $2', [
    group,
    reader,
  ]);
  expect(after).toEqual([{ read_seq: String(seq) }]);
});
