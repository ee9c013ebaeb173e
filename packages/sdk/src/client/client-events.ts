import type { MediaObject, OwnUserObject, UserObject } from '@tpx/protocol';
import type { Conversation } from '../conversation/conversation.ts';
import type { ConversationEvents } from '../conversation/conversation-events.ts';
import type { SignedOutReason } from '../trouble.ts';

export type Connection =
  | { state: 'offline' }
  | { state: 'connecting' }
  /** Joined, and told of everything missed in the conversations that this device knew. */
  | { state: 'online' }
  | { state: 'waiting'; retryInMs: number; why: string };

export type ClientEvents = ConversationEvents & {
  connection: Connection;
  signed_out: { reason: SignedOutReason };
  /** The server said to stay away, for a reason that coming back does not mend. */
  refused: { error: Error };
  conversation_added: { conversation: Conversation };
  conversation_removed: { conversation: Conversation; reason: string };
  /** Strangers guess at my password, or did while this device was away. `at` is ISO 8601. */
  password_guessed: { at: string };
  /** My own profile or block list was read again. */
  me: { user: OwnUserObject };
  /** Somebody's profile became known, or has changed. */
  person: { user: UserObject };
  /** How long the server took to answer the last heartbeat. */
  lag: { ms: number };
  media_ready: { media: MediaObject };
  media_failed: { media: MediaObject };
};
