import {
  type ConversationId,
  type ConversationObject,
  conversationTopic,
  Refusal,
  type Standing,
  type UserId,
} from '@tpx/protocol';
import type { Announcer, Change } from '../fanout/announcer.ts';
import type { Revocation } from '../fanout/confirm-revocation.ts';
import type { LiveConversations } from '../fanout/live-conversations.ts';
import { applyBlock, applyChange, applyStanding, type ChangeDeps, channelOf, hide } from './apply-changes.ts';
import type { Session } from './session.ts';

export type ElsewhereDeps = ChangeDeps & {
  readStanding(place: { conversationId: ConversationId; userId: UserId }): Promise<Standing>;
  /** Who blocks this user. */
  readBlockers(userId: UserId): Promise<readonly UserId[]>;
  describeFor(conversationId: ConversationId, userId: UserId): Promise<ConversationObject | undefined>;
  /** Whether PostgreSQL says that this is so. */
  confirms(change: Revocation): Promise<boolean>;
};

/**
 * `applyChange` for what another node has committed. Such changes come over two ways and from several nodes, in any
 * order, some twice: what they announce is read again, and what they say counts only where PostgreSQL is away. Then what
 * takes rights counts, what gives some waits, and both are read once it answers again (spec CLU-42).
 */
export async function applyChangeElsewhere(deps: ElsewhereDeps, change: Change): Promise<void> {
  switch (change.type) {
    case 'standing':
      await rereadStanding(deps, change);
      return;
    case 'block':
      await rereadBlockers(deps, change);
      return;
    case 'session_revoked':
    case 'user_deleted':
    case 'conversation_deleted':
    case 'log_trimmed':
      if (await deps.confirms(change)) applyChange(deps, change);
      return;
    case 'conversation_updated':
    case 'many_devices':
    case 'user_updated':
      applyChange(deps, change);
      return;
    default:
      assertNever(change);
  }
}

function assertNever(change: never): never {
  throw new Error(`unhandled change ${JSON.stringify(change)}`);
}

/**
 * The same for a change of which nobody told: nor did anybody tell the people on this node what it means for them, so
 * it is done here.
 */
export async function applyMissedChange(
  deps: ElsewhereDeps & { here: Announcer },
  change: Change,
): Promise<void> {
  if (change.type === 'conversation_deleted') {
    const topic = conversationTopic(change.kind, change.conversationId);
    for (const session of deps.sessions.all()) {
      if (session.channels.get(topic))
        deps.here.signalUser(session.userId, 'conversation_removed', { topic, reason: 'deleted' });
    }
  }
  await applyChangeElsewhere(deps, change);
  if (change.type === 'standing' && deps.sessions.has(change.userId)) await tellStanding(deps, change);
}

async function tellStanding(
  deps: ElsewhereDeps & { here: Announcer },
  { kind, conversationId, userId, reason }: Extract<Change, { type: 'standing' }>,
): Promise<void> {
  switch (reason) {
    case 'joined': {
      const conversation = await deps.describeFor(conversationId, userId);
      if (conversation) deps.here.signalUser(userId, 'conversation_added', { conversation });
      return;
    }
    case 'left':
    case 'kicked':
    case 'banned':
    case 'deleted':
      deps.here.signalUser(userId, 'conversation_removed', {
        topic: conversationTopic(kind, conversationId),
        reason,
      });
      return;
    case 'unbanned':
    case 'role':
      return;
  }
}

async function rereadStanding(
  deps: ElsewhereDeps,
  change: Extract<Change, { type: 'standing' }>,
): Promise<void> {
  const sessions = deps.sessions.of(change.userId);
  for (const session of sessions) session.accessVersion++;
  if (!sessions.some((session) => channelOf(session, change))) return;
  const read = () => unchanged(sessions, () => deps.readStanding(change));
  const isJoined = () => deps.sessions.of(change.userId).some((session) => channelOf(session, change));
  const standing = await whenAnswered(read, isJoined, () => {
    const current = sessions.map((session) => channelOf(session, change)?.standing ?? 'none');
    if (current.some((before) => RANK[change.standing] < RANK[before])) applyStanding(deps, change);
  });
  if (standing !== undefined) applyStanding(deps, { ...change, standing });
}

/** Who may do more has the higher one. */
const RANK = { banned: 0, none: 0, user: 1, admin: 2, owner: 3 } as const satisfies Record<Standing, number>;

async function rereadBlockers(
  deps: ElsewhereDeps,
  change: Extract<Change, { type: 'block' }>,
): Promise<void> {
  const sessions = deps.sessions.of(change.blockedId);
  for (const session of sessions) session.accessVersion++;
  if (sessions.length === 0) return;
  const read = () => unchanged(sessions, () => deps.readBlockers(change.blockedId));
  const isHere = () => deps.sessions.has(change.blockedId);
  const blockers = await whenAnswered(read, isHere, () => {
    if (change.on) applyBlock(deps, change);
  });
  if (!blockers) return;
  for (const session of deps.sessions.of(change.blockedId)) hide(deps, session, new Set(blockers));
}

/** Between two attempts to read from a PostgreSQL that is away. */
const READ_AGAIN_MS = 1_000;

/**
 * What `read` gives, as soon as PostgreSQL answers; `meanwhile` once where it does not. Undefined where it is no longer
 * wanted: anyone who comes back reads it by themselves.
 */
async function whenAnswered<T>(
  read: () => Promise<T>,
  isWanted: () => boolean,
  meanwhile: () => void,
): Promise<T | undefined> {
  for (let isFirst = true; isFirst || isWanted(); isFirst = false) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'unavailable') throw error;
    }
    if (isFirst) meanwhile();
    await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS));
  }
  return undefined;
}

/** What was read while something newer was applied is read again. */
async function unchanged<T>(sessions: readonly Session[], read: () => Promise<T>): Promise<T> {
  for (;;) {
    const versions = sessions.map(({ accessVersion }) => accessVersion);
    const value = await read();
    if (sessions.every(({ accessVersion }, index) => accessVersion === versions[index])) return value;
  }
}

/** Changes were missed, nobody knows which: clients come back, and what they join then is read anew. */
export function rereadEverything(
  deps: Pick<ChangeDeps, 'sessions' | 'refresh'> & { live: Pick<LiveConversations, 'ids' | 'whenLive'> },
): void {
  for (const id of deps.live.ids()) {
    deps.live.whenLive(id, (conversation) => {
      conversation.description = undefined;
      deps.refresh(conversation);
    });
  }
  for (const session of deps.sessions.all()) {
    session.accessVersion++;
    session.connection.close('missed_changes');
  }
}
