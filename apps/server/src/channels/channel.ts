import type { Standing } from '@tpx/protocol';
import type { LiveConversation } from '../fanout/live-conversation.ts';

/** A topic that a session has joined. */
export type Channel = ConversationChannel | UserChannel;

export type UserChannel = { kind: 'user'; topic: string; joinRef: string | null };

export type ConversationChannel = {
  kind: 'conversation';
  topic: string;
  joinRef: string | null;
  conversation: LiveConversation;
  /** Kept up to date by the changes that nodes announce: what the hot path authorizes by. */
  standing: Standing;
  /** The other side of the DM blocks this user. */
  blocked: boolean;
  /** See `Access`; it rises with what is sent. */
  rightsVersion: number;
  deliveredSeq: number;
  readSeq: number;
};
