import {
  type ConversationId,
  type ConversationKind,
  type ConversationSummary,
  type Frame,
  LIMITS,
  RawJson,
  type Ref,
  type UserId,
} from '@tpx/protocol';
import type { BatchLoader } from '../db/batch-loader.ts';
import type { Database } from '../db/database.ts';
import type { LogEntry } from '../fanout/announcer.ts';
import type { EventPlace, LogPlace } from '../fanout/event-place.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';
import type { LiveConversations } from '../fanout/live-conversations.ts';
import { type Access, type AccessKey, requireReader } from '../messages/access.ts';
import { eventsWithin, type Room, readLog } from '../messages/read-log.ts';
import type { Presence } from '../presence/presence.ts';
import type { ConversationChannel } from './channel.ts';
import type { ChannelSession } from './channel-session.ts';
import { isReplaced } from './is-replaced.ts';

export type JoinDeps = {
  database: Database;
  live: LiveConversations;
  presence: Presence;
  access: BatchLoader<AccessKey, Access | undefined>;
  /** A user's conversations. */
  conversationsOf: BatchLoader<UserId, ConversationSummary[]>;
  /** Which event Postgres has at a place. */
  places: BatchLoader<EventPlace, LogPlace | undefined>;
  /** What this node holds of a conversation may not be what Postgres has (spec LOG-15). */
  doubtHistory(id: ConversationId): void;
  /** See `describeWith`. */
  describe(conversation: LiveConversation): Promise<string>;
};

/** What a joined conversation answers, and the channel that takes its pushes from then on. */
export type Joinable = {
  access: Access;
  conversation: LiveConversation;
  /** See `describeWith`. The answer to a resume carries none: reading a thousand of them would hold up all other reads. */
  description: string | undefined;
  missed: Missed;
};

/**
 * Events after a client's `last_seq`; those of Postgres end where the ring goes on. `replaced`: the client holds another
 * history, and these are the newest of this one (spec WS-30).
 */
export type Missed = { entries: readonly LogEntry[]; upTo: number; replaced?: boolean };

/** How far a client holds the log, and which event that is where it says so. */
export type Position = { seq: number; eventId: string | undefined };

/**
 * Everything of a join that may wait: rights, the live conversation, what the client missed.
 * @throws {Refusal} banned, not_member, not_found, unavailable
 */
export async function prepareJoin(
  deps: JoinDeps,
  session: ChannelSession,
  topic: { kind: ConversationKind; id: ConversationId },
  position: Position | undefined,
  read: ReadMissed = readMissed,
): Promise<Joinable> {
  const found = await deps.access.load({ userId: session.userId, conversationId: topic.id });
  const access = requireReader(found?.kind === topic.kind ? found : undefined);
  const conversation = await deps.live.acquire(topic.id);
  const replaced = position !== undefined && (await isReplaced(deps, conversation, position));
  const missed = await read(deps, conversation, position, replaced);
  return { access, conversation, description: undefined, missed };
}

/** What a client is to be sent that holds the log up to `position`; `replaced`: what it holds is not of this log. */
export type ReadMissed = (
  deps: JoinDeps,
  live: LiveConversation,
  position: Position | undefined,
  replaced: boolean,
) => Promise<Missed>;

export const readMissed: ReadMissed = async (deps, live, position, replaced) => {
  const nothing = nothingMissed(live, position, replaced);
  const { upTo } = nothing;
  if (position === undefined || live.ring.since(upTo, live.lastSeq)) return nothing;
  const entries = await readLog(deps.database, live.id, upTo, LIMITS.eventsPerPage);
  return { ...nothing, entries, upTo: entries.at(-1)?.seq ?? upTo };
};

/**
 * Where reading begins. A client whose history was replaced begins anew with the newest events: what is before them it reads
 * as history.
 */
export function nothingMissed(
  live: LiveConversation,
  position: Position | undefined,
  replaced: boolean,
): Missed {
  if (position === undefined) return { entries: [], upTo: Number.POSITIVE_INFINITY };
  if (!replaced) return { entries: [], upTo: position.seq };
  const upTo = Math.max(live.firstSeq - 1, live.lastSeq - LIMITS.eventsPerPage);
  return { entries: [], upTo, replaced };
}

/**
 * The part of a join that happens at once: nothing can be published between what the answer carries and the
 * subscription, so the client has neither a gap nor a duplicate (spec WS-7).
 */
export function completeJoin(
  session: ChannelSession,
  joinable: Joinable,
  joinRef: Ref,
  room?: Room,
): { response: RawJson; resumed: string } {
  const { access, conversation, missed } = joinable;
  const channel: ConversationChannel = {
    kind: 'conversation',
    topic: conversation.topic,
    joinRef,
    conversation,
    standing: access.standing,
    blocked: access.blocked,
    rightsVersion: access.rightsVersion,
    deliveredSeq: access.deliveredSeq,
    readSeq: access.readSeq,
  };
  if (access.blockers.length > 0) session.hiddenUsers = new Set(access.blockers);
  // A resume may have joined the topic while its own join was under way, or the other way round (spec WS-6).
  const before = session.channels.get(channel.topic);
  if (before) session.closeChannel(before);
  session.channels.add(channel);
  conversation.readers++;
  session.connection.subscribe(channel.topic);
  const caughtUp = eventsOf(conversation, missed, room);
  const { firstSeq, lastSeq } = conversation;
  const place = `"first_seq":${firstSeq},"last_seq":${lastSeq}`;
  const response = new RawJson(
    `{"conversation":${joinable.description}${roleOf(access)},${place}},${place},${caughtUp},"my_read_seq":${access.readSeq}}`,
  );
  return { response, resumed: `{"first_seq":${firstSeq},${caughtUp}}` };
}

function roleOf({ kind, standing }: Access): string {
  return kind === 'group' ? `,"role":"${standing}"` : '';
}

/** `"replaced":true,"events":[...],"has_more":...`: what Postgres had, then what the ring has after it, a page at most. */
function eventsOf(live: LiveConversation, { entries, upTo, replaced }: Missed, room?: Room): string {
  if (upTo === Number.POSITIVE_INFINITY) return '"events":[],"has_more":false';
  // What Postgres has beyond `lastSeq` is still to be published, and this client is subscribed by then.
  const published = entries.filter(({ seq }) => seq <= live.lastSeq);
  const missed = [...published, ...(live.ring.since(upTo, live.lastSeq) ?? [])];
  const events = eventsWithin(missed.slice(0, LIMITS.eventsPerPage), room);
  // Where retention took all that was missed, nothing is still to come.
  const reached = missed.at(-1)?.seq ?? Math.max(upTo, live.firstSeq - 1);
  const hasMore = events.length < missed.length || reached < live.lastSeq;
  return `${replaced ? '"replaced":true,' : ''}"events":[${events.join(',')}],"has_more":${hasMore}`;
}

/** Presence follows the answer, so that a client has its channel before it hears who is there. */
export function enterPresence(
  deps: JoinDeps,
  session: ChannelSession,
  { access, conversation }: Joinable,
): void {
  deps.presence.join(conversation, session, !access.invisible);
}

export function joinRefOf(frame: Frame): Ref {
  return frame.joinRef ?? frame.ref;
}
