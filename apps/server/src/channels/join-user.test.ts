import { expect, test } from 'bun:test';
import type { ConversationId, LogEvent, SessionId, UserId } from '@tpx/protocol';
import type { LogEntry } from '../fanout/announcer.ts';
import { liveGroup } from '../fanout/live-conversation.fixture.ts';
import type { ChannelSession } from './channel-session.ts';
import type { Joinable } from './join-conversation.ts';
import { completeUserJoin } from './join-user.ts';
import { JoinedChannels } from './joined-channels.ts';

const id = 'c' as ConversationId;
const entry = (seq: number): LogEntry => ({
  conversationId: id,
  kind: 'group',
  seq,
  event: 'message',
  payload: JSON.stringify({ seq }),
});
/** A conversation whose newest published event is `lastSeq`, and a client that missed `missed` of it. */
function joinable(
  lastSeq: number,
  missed: Joinable['missed'],
  recent: number[] = [],
  firstSeq = 1,
): Joinable {
  const standing = {
    kind: 'group',
    standing: 'user',
    whoCanPost: 'all',
    blocked: false,
    rightsVersion: 0,
  } as const;
  return {
    access: { ...standing, deliveredSeq: 0, readSeq: 0, invisible: false, blockers: [] },
    conversation: liveGroup({ id, firstSeq, lastSeq, recent: recent.map(entry) }),
    description: '{"kind":"group"',
    missed,
  };
}
function resume(one: Joinable, storedLastSeq: number) {
  const connection = { subscribe: () => undefined } as unknown as ChannelSession['connection'];
  const session: ChannelSession = {
    userId: 'me' as UserId,
    deviceId: 'device' as SessionId,
    connection,
    channels: new JoinedChannels(),
    devices: undefined,
    hiddenUsers: undefined,
    accessVersion: 0,
    wants: () => true,
    closeChannel: () => undefined,
  };
  const { topic } = one.conversation;
  const summary = { topic, last_seq: storedLastSeq, my_read_seq: 0, mention_count: 0 };
  const { response } = completeUserJoin(session, { conversations: [summary], resumes: [[topic, one]] }, '1');
  const { conversations, resumed } = response.toJSON() as {
    conversations: { last_seq: number }[];
    resumed: Record<string, { events: LogEvent[]; has_more: boolean }>;
  };
  const { events = [], has_more } = resumed[topic] ?? {};
  return { lastSeq: conversations[0]?.last_seq, seqs: events.map(({ seq }) => seq), has_more };
}

test('WS-7 what Postgres has and nobody was told of yet is left to the broadcast that follows', () => {
  const missed = { entries: [entry(2), entry(3), entry(4)], upTo: 4 };
  expect(resume(joinable(3, missed), 4)).toEqual({ lastSeq: 3, seqs: [2, 3], has_more: false });
});

test('WS-7 where a resumed log ends is where its broadcasts begin, not where Postgres is', () => {
  const fromRing = { entries: [], upTo: 1 };
  expect(resume(joinable(2, fromRing, [1, 2]), 3)).toEqual({ lastSeq: 2, seqs: [2], has_more: false });
  expect(resume(joinable(2, fromRing, [1, 2]), 1)).toEqual({ lastSeq: 2, seqs: [2], has_more: false });
});

test('WS-19 where retention took all that was missed there is no more to come', () => {
  const nothing = { entries: [], upTo: 1 };
  expect(resume(joinable(9, nothing, [], 10), 9)).toEqual({ lastSeq: 9, seqs: [], has_more: false });
  expect(resume(joinable(9, nothing), 9)).toEqual({ lastSeq: 9, seqs: [], has_more: true });
});
