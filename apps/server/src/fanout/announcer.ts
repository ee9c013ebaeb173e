import type {
  ConversationId,
  ConversationKind,
  LogEventName,
  SessionId,
  Standing,
  UserEvents,
  UserId,
} from '@tpx/protocol';

/** An event that Postgres has committed, encoded once: `payload` is the JSON that every reader gets. */
export type LogEntry = {
  conversationId: ConversationId;
  kind: ConversationKind;
  seq: number;
  event: LogEventName;
  payload: string;
};

/** A committed change that connected nodes must act on within a second. */
export type Change =
  /** Somebody's standing in a conversation is now `standing`; `none` and `banned` close their channels. */
  | {
      type: 'standing';
      conversationId: ConversationId;
      kind: ConversationKind;
      userId: UserId;
      standing: Standing;
      reason: 'joined' | 'left' | 'kicked' | 'banned' | 'unbanned' | 'role' | 'deleted';
    }
  /** The group's own fields or its member count changed. */
  | { type: 'conversation_updated'; conversationId: ConversationId }
  | { type: 'conversation_deleted'; conversationId: ConversationId; kind: ConversationKind }
  /** Retention removed what was before `firstSeq`. */
  | { type: 'log_trimmed'; conversationId: ConversationId; firstSeq: number }
  | { type: 'session_revoked'; sessionId: SessionId; userId: UserId }
  /** The user signed in on many devices: before the least active one goes, other nodes store which they know as active. */
  | { type: 'many_devices'; userId: UserId }
  | { type: 'user_deleted'; userId: UserId }
  | { type: 'user_updated'; userId: UserId }
  | { type: 'block'; userId: UserId; blockedId: UserId; on: boolean };

/**
 * What domain functions tell the live side after they have committed. Each call MUST return at once, MUST reach every
 * connected node, this one included, and MUST NOT be made for what may still roll back.
 */
export interface Announcer {
  logged(entry: LogEntry): void;
  /**
   * Postgres went away before it said whether events of this conversation were committed. Once it answers again its log
   * MUST be read, so that what is there goes out without waiting for the next event.
   */
  inDoubt(conversationId: ConversationId): void;
  /** `id` is what PostgreSQL stored it by; `announceAfterCommit` gives it. */
  changed(change: Change, id?: number): void;
  /** To every device of one person, on their `user:` topic. */
  signalUser<Name extends keyof UserEvents>(userId: UserId, event: Name, payload: UserEvents[Name]): void;
}
