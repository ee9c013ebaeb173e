import type { LogEvents, MessageObject } from '@tpx/protocol';
import type { Conversation } from './conversation.ts';
import type { OutboxEntry } from './outbox.ts';

/** What happens in a conversation. Log events come in the order of their `seq`, each once. */
export type Happenings = {
  /** A message that is new to this device, one's own included. */
  message: { message: MessageObject };
  edited: { message: MessageObject; seq: number };
  /** `message` is its tombstone, where this device holds it. */
  deleted: { id: string; seq: number; message: MessageObject | undefined };
  reaction: LogEvents['reaction'] & { message: MessageObject | undefined };
  /** `messages` changed other than by the events above: history was loaded, or skipped to its newest part. */
  history: { count: number };
  /**
   * The server has another history than this device had: a backup was restored. `messages` are the server's now; `gone`
   * are those that it does not have any more.
   */
  replaced: { gone: readonly MessageObject[] };
  /** Retention removed what was before `firstSeq`, here too. */
  trimmed: { firstSeq: number };
  /** A message of this device went a step: sending, failed, or acknowledged as `message`. */
  outbox: { entry: OutboxEntry; message: MessageObject | undefined };
  /** Somebody else's delivered or read mark rose: ladders may have changed. */
  receipts: { userIds: string[] };
  /** My own read mark moved, here or on another device. */
  read: { seq: number };
  typing: { userIds: string[] };
  presence: { online: number };
  ping: { userId: string };
  /** Name, rules, roles or the number of members. */
  changed: { seq: number | undefined };
};

/** As the client gives them on: each says in which conversation. */
export type ConversationEvents = {
  [Name in keyof Happenings]: Happenings[Name] & { conversation: Conversation };
};

export type Tell = <Name extends keyof Happenings>(name: Name, payload: Happenings[Name]) => void;
