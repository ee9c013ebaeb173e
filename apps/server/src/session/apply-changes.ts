import {
  type ConversationId,
  type ConversationKind,
  conversationTopic,
  type SessionId,
  type UserId,
  userTopic,
} from '@tpx/protocol';
import type { ConversationChannel } from '../channels/channel.ts';
import type { Change } from '../fanout/announcer.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';
import type { Presence } from '../presence/presence.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';

export type ChangeDeps = {
  sessions: SessionRegistry;
  presence: Presence;
  live: {
    whenLive(id: ConversationId, run: (live: LiveConversation) => void): void;
    drop(id: ConversationId): void;
  };
  /** Reads a group's rules and member count again. */
  refresh(conversation: LiveConversation): void;
  /** Retention removed what was before `firstSeq`: readers remove it too. */
  trimmed(conversation: LiveConversation, firstSeq: number): void;
  /** Whether this user appears offline now. */
  isInvisible(userId: UserId): Promise<boolean>;
  forgetSession(sessionId: SessionId): void;
  /** Stores when the user's devices were active on this node (spec AUTH-8). */
  storeActivity(userId: UserId): void;
};

/** Brings what this node holds in memory in line with a change that it has committed itself (spec AUTHZ-2). */
export function applyChange(deps: ChangeDeps, change: Change): void {
  switch (change.type) {
    case 'standing':
      applyStanding(deps, change);
      return;
    case 'conversation_updated':
      deps.live.whenLive(change.conversationId, (live) => {
        live.description = undefined;
        deps.refresh(live);
      });
      return;
    case 'conversation_deleted': {
      const topic = conversationTopic(change.kind, change.conversationId);
      for (const session of deps.sessions.all()) {
        session.accessVersion++;
        closeTopic(session, topic);
      }
      deps.live.drop(change.conversationId);
      return;
    }
    case 'log_trimmed':
      deps.live.whenLive(change.conversationId, (live) => {
        live.trimTo(change.firstSeq);
        deps.trimmed(live, change.firstSeq);
      });
      return;
    case 'session_revoked':
      deps.forgetSession(change.sessionId);
      for (const session of deps.sessions.of(change.userId)) {
        if (session.deviceId === change.sessionId) signOut(session);
      }
      return;
    case 'user_deleted':
      for (const session of deps.sessions.of(change.userId)) {
        deps.forgetSession(session.deviceId);
        signOut(session);
      }
      return;
    case 'many_devices':
      deps.storeActivity(change.userId);
      return;
    case 'user_updated':
      // A join under way may have read that they show.
      for (const session of deps.sessions.of(change.userId)) session.accessVersion++;
      void showOrHide(deps, change.userId);
      return;
    case 'block':
      applyBlock(deps, change);
      return;
    default:
      assertNever(change);
  }
}

export function applyStanding(deps: ChangeDeps, change: Extract<Change, { type: 'standing' }>): void {
  for (const session of deps.sessions.of(change.userId)) {
    session.accessVersion++;
    const channel = channelOf(session, change);
    if (!channel) continue;
    channel.standing = change.standing;
    if (change.standing === 'none' || change.standing === 'banned') session.closeChannel(channel);
  }
}

export function channelOf(
  session: Session,
  { kind, conversationId }: { kind: ConversationKind; conversationId: ConversationId },
): ConversationChannel | undefined {
  const channel = session.channels.get(conversationTopic(kind, conversationId));
  return channel?.kind === 'conversation' ? channel : undefined;
}

export function applyBlock(deps: ChangeDeps, change: Extract<Change, { type: 'block' }>): void {
  for (const session of deps.sessions.of(change.blockedId)) {
    session.accessVersion++;
    const hidden = new Set(session.hiddenUsers);
    if (change.on) hidden.add(change.userId);
    else hidden.delete(change.userId);
    hide(deps, session, hidden);
  }
}

/** From now on the session's user is blocked by these people and by nobody else. */
export function hide(deps: ChangeDeps, session: Session, blockers: ReadonlySet<string>): void {
  const before = session.hiddenUsers ?? new Set();
  if (before.size === blockers.size && before.isSubsetOf(blockers)) return;
  session.hiddenUsers = blockers.size > 0 ? blockers : undefined;
  for (const channel of conversationsOf(session)) {
    const { conversation } = channel;
    channel.blocked = conversation.kind === 'dm' && isBlockedIn(conversation, session.userId, blockers);
    deps.presence.retell(conversation, session);
  }
}

function isBlockedIn(
  { peers = [] }: LiveConversation,
  userId: UserId,
  blockers: ReadonlySet<string>,
): boolean {
  return peers.some((peer) => peer !== userId && blockers.has(peer));
}

async function showOrHide(deps: ChangeDeps, userId: UserId): Promise<void> {
  if (deps.sessions.of(userId).length === 0) return;
  const invisible = await deps.isInvisible(userId).catch(() => undefined);
  // Not known for now: nobody is shown who may not want to be.
  if (invisible === undefined) return;
  for (const session of deps.sessions.of(userId)) {
    for (const { conversation } of conversationsOf(session))
      deps.presence.show(conversation, session, !invisible);
  }
}

function conversationsOf(session: Session): ConversationChannel[] {
  return session.channels.all().filter((channel) => channel.kind === 'conversation');
}

function closeTopic(session: Session, topic: string): void {
  const channel = session.channels.get(topic);
  if (channel) session.closeChannel(channel);
}

function signOut(session: Session): void {
  session.connection.push(userTopic(session.userId), 'session_revoked', { session_id: session.deviceId });
  session.connection.close('session_revoked');
}

function assertNever(change: never): never {
  throw new Error(`unhandled change ${JSON.stringify(change)}`);
}
