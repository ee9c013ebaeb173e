import { afterEach, expect, test } from 'bun:test';
import { type ConversationId, Refusal } from '@tpx/protocol';
import type { LogEntry } from '../fanout/announcer.ts';
import { ALONE } from '../fanout/live-conversation.fixture.ts';
import { LiveConversations } from '../fanout/live-conversations.ts';
import type { ConversationChannel } from './channel.ts';
import type { ChannelSession } from './channel-session.ts';
import { type PushDeps, runConversationPush } from './conversation-pushes.ts';
import { JoinedChannels } from './joined-channels.ts';

const id = 'c' as ConversationId;
const KNOWN = 5;
const entry = (seq: number, of = 0): LogEntry => ({
  conversationId: id,
  kind: 'group',
  seq,
  event: 'message',
  payload: `{"seq":${seq},"message":{"id":"00000000-0000-7000-800${of}-${String(seq).padStart(12, '0')}"}}`,
});
const log = (last: number, of = 0) => Array.from({ length: last }, (_, index) => entry(index + 1, of));

const open: LiveConversations[] = [];
afterEach(() => {
  for (const live of open.splice(0)) live.release();
});

/** A member on a node that knows the log up to 5, as long as `gate` lets it. Postgres has `stored`, or is away. */
async function member(stored: readonly LogEntry[] | 'away') {
  const world = { stored, gate: Promise.resolve(), doubts: 0 };
  const live = new LiveConversations({
    ...ALONE,
    loadStates: async (ids) =>
      ids.map((one) => ({
        id: one,
        kind: 'group',
        firstSeq: 1,
        lastSeq: KNOWN,
        memberCount: 3,
        whoCanPost: 'all',
        peers: undefined,
        recent: log(KNOWN),
      })),
    readLog: async (_, after, limit) => {
      const { stored: found, gate } = world;
      await gate;
      if (found === 'away') throw new Refusal('unavailable');
      return found.filter(({ seq }) => seq > after).slice(0, limit);
    },
    doubtHistory: () => world.doubts++,
    publish: () => undefined,
  });
  open.push(live);
  const conversation = await live.acquire(id);
  const marks: [delivered: number, read: number][] = [];
  const taken: string[] = [];
  const deps = {
    limiter: { take: (name: string) => taken.push(name) },
    live,
    receipts: {
      mark: (...[, , delivered, read]: [unknown, unknown, number, number]) => marks.push([delivered, read]),
    },
    signals: { readMarker: () => undefined },
  } as unknown as PushDeps;
  const channel = {
    kind: 'conversation',
    topic: conversation.topic,
    conversation,
    deliveredSeq: 1,
    readSeq: 1,
  } as ConversationChannel;
  const channels = new JoinedChannels();
  channels.add(channel);
  const session = { userId: 'u', channels } as unknown as ChannelSession;
  const push = (event: string, seq: number) => runConversationPush(deps, session, channel, event, { seq });
  const late = (event: string, seq: number) => push(event, seq) as Promise<unknown>;
  return { world, live, channels, channel, push, late, marks, taken };
}

test('RCP-2 a mark of an event that this node does not know yet is made once it is read from Postgres', async () => {
  const { push, late, marks, taken } = await member(log(9));
  expect(push('delivered', 2)).toEqual({});
  expect(await late('delivered', 7)).toEqual({});
  expect(await late('read', 9)).toEqual({});
  expect(marks).toEqual([
    [2, 1],
    [7, 1],
    [9, 9],
  ]);
  // What needs a query costs a token of those for reading.
  expect(taken).toEqual(['signal', 'signal', 'read', 'signal']);
});

test('RCP-2 a mark beyond the end of the log is one of its end', async () => {
  const { late, marks } = await member(log(6));
  expect(await late('read', Number.MAX_SAFE_INTEGER)).toEqual({});
  expect(marks).toEqual([[6, 6]]);
});

test('RCP-2 a mark of an event that cannot be read now is refused, not lost in silence', async () => {
  const { push, late, marks, world } = await member('away');
  await expect(late('read', 6)).rejects.toMatchObject({ code: 'unavailable' });
  expect(push('read', 3)).toEqual({});
  expect(marks).toEqual([[3, 3]]);
  // Postgres has another event at the newest place that this node knows.
  world.stored = log(9, 1);
  await expect(late('read', 6)).rejects.toMatchObject({ code: 'unavailable' });
  expect([marks.length, world.doubts]).toEqual([1, 1]);
});

test('RCP-2 a mark does not share a read that began before its event was committed', async () => {
  const { late, marks, world } = await member(log(KNOWN));
  const { promise, resolve } = Promise.withResolvers<void>();
  world.gate = promise;
  const first = late('delivered', KNOWN + 1);
  // The read has begun.
  await new Promise((next) => setImmediate(next));
  world.stored = log(9);
  const second = late('read', 8);
  resolve();
  expect(await Promise.all([first, second])).toEqual([{}, {}]);
  expect(marks.at(-1)).toEqual([8, 8]);
});

test('RCP-2 events that begin to be held while the mark’s is read: it is made once they are released', async () => {
  const { live, late, marks, world } = await member(log(9));
  const { promise, resolve } = Promise.withResolvers<void>();
  world.gate = promise;
  const answer = late('read', 8);
  live.hold();
  resolve();
  // A second mark waits from its beginning.
  const second = late('delivered', 9);
  await new Promise((next) => setImmediate(next));
  expect(marks).toEqual([]);
  live.release();
  expect(await Promise.all([answer, second])).toEqual([{}, {}]);
  expect(marks.at(-1)).toEqual([9, 8]);
});

test('RCP-2 LOG-15 a mark that waits while another history is found is not made in it', async () => {
  const { live, late, marks } = await member(log(9));
  live.hold();
  const answer = late('read', 8);
  live.dropAll();
  await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
  expect(marks).toEqual([]);
});

test('RCP-2 a mark of somebody who was removed while it waited is not made', async () => {
  const { live, channels, channel, late, marks } = await member(log(9));
  live.hold();
  const answer = late('read', 8);
  channels.remove(channel.topic);
  live.release();
  await expect(answer).rejects.toMatchObject({ code: 'not_found' });
  expect(marks).toEqual([]);
});
