import type { Ref, Standing } from '@tpx/protocol';
import type { LiveConversation } from '../fanout/live-conversation.ts';

/** A topic that a session has joined. */
export type Channel = ConversationChannel | UserChannel;

export type UserChannel = { kind: 'user'; topic: string; joinRef: Ref };

export type ConversationChannel = {
  kind: 'conversation';
  topic: string;
  joinRef: Ref;
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
