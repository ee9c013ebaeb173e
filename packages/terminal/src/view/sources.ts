import type { MessageObject, Role, UserObject } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import type { Loudness } from '../highlight/loudness.ts';

/** What the view reads of a conversation. Nothing of it is copied into the state. */
export type ConversationSource = Pick<
  Conversation,
  | 'topic'
  | 'kind'
  | 'id'
  | 'about'
  | 'messages'
  | 'outbox'
  | 'gone'
  | 'readSeq'
  | 'lastSeq'
  | 'find'
  | 'ladderOf'
  | 'reachOf'
  | 'typingUserIds'
  | 'onlineUsers'
  | 'onlineCount'
>;

export type MemberEntry = { userId: string; role: Role };

/** Where the view finds what is not in the state. All of it is there at once: what is unknown is asked for meanwhile. */
export type Sources = {
  /** My own id; undefined while signed out. */
  me(): string | undefined;
  /** For the status line. */
  serverName: string;
  conversation(topic: string): ConversationSource | undefined;
  person(userId: string): UserObject | undefined;
  /** A safe name in one line. */
  name(userId: string): string;
  /** undefined while they are not known, or where they are too many to list. */
  members(topic: string): readonly MemberEntry[] | undefined;
  loudness(topic: string, message: MessageObject): Loudness;
  /** How long the message took, as far as this device has seen. */
  milliseconds(messageId: string): number | undefined;
};
