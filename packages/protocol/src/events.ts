import type {
  ConversationObject,
  ConversationSummary,
  MediaObject,
  MessageObject,
  ReceiptObject,
} from './objects.ts';

/** What takes a `seq`: the entries of a conversation's log, by event name (spec LOG-1). */
export type LogEvents = {
  message: { seq: number; message: MessageObject };
  edited: { seq: number; event_id: string; message: MessageObject };
  deleted: { seq: number; event_id: string; id: string };
  reaction: { seq: number; event_id: string; id: string; user_id: string; emoji: string; on: boolean };
};

export const LOG_EVENT_NAMES = ['message', 'edited', 'deleted', 'reaction'] as const;
export type LogEventName = keyof LogEvents;

/** One entry of the log, as `GET .../events`, a join and a resume carry it. */
export type LogEvent = {
  [Name in LogEventName]: { seq: number; event: Name; payload: LogEvents[Name] };
}[LogEventName];

/** What tells an event from every other, also from one that had its `seq` before a backup was restored (spec LOG-14). */
export function eventIdOf(event: LogEvent): string {
  return event.event === 'message' ? event.payload.message.id : event.payload.event_id;
}

export type PresenceMeta = { phx_ref: string; online_at: string; device: string; [extra: string]: unknown };
/** Phoenix Presence's own shape, keyed by user id, a meta a device. */
export type PresenceState = Record<string, { metas: PresenceMeta[] }>;

/** Not logged, not repeated: what is missed is gone (spec SIG-1). */
export type SignalEvents = {
  typing: { user_id: string; on: boolean };
  receipts: { receipts: ReceiptObject[] };
  ping: { user_id: string; topic?: string };
  presence_state: PresenceState;
  presence_diff: { joins: PresenceState; leaves: PresenceState };
  presence_count: { online: number };
  /** Retention removed what was before `first_seq` (spec GRP-9). */
  trimmed: { first_seq: number };
};

/** On `user:<own id>`. */
export type UserEvents = {
  conversation_added: { conversation: ConversationObject };
  conversation_removed: { topic: string; reason: 'left' | 'kicked' | 'banned' | 'deleted' };
  ping: { user_id: string; topic: string };
  receipt_summary: { id: string; topic: string; delivered: number; read: number; of: number };
  session_revoked: { session_id: string };
  /** Strangers guess at my password. */
  password_guessed: { at: string };
  media_ready: { media: MediaObject };
  media_failed: { media: MediaObject };
  /** My own read mark moved on another device. */
  read_marker: { topic: string; read_seq: number };
};

export type ConversationJoined = {
  conversation: ConversationObject;
  /** The history that the client resumed is not the server's any more: it fetches anew (spec WS-30). */
  replaced?: boolean | undefined;
  first_seq: number;
  last_seq: number;
  events: LogEvent[];
  has_more: boolean;
  my_read_seq: number;
};

export type Resumed =
  | { replaced?: boolean | undefined; first_seq?: number | undefined; events: LogEvent[]; has_more: boolean }
  | { error: { code: string; message: string } };

export type UserJoined = { conversations: ConversationSummary[]; resumed: Record<string, Resumed> };
