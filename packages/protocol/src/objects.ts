import type { Role } from './rights.ts';
import type { ConversationKind } from './topics.ts';

/**
 * The objects that REST, the channels and the SDK carry, as they are on the wire: snake_case, times in ISO 8601 UTC,
 * ids as RFC 9562 text. What a client may send is in `requests.ts`.
 */
export type MediaObject = {
  id: string;
  url: string;
  content_type: string;
  size: number;
  duration_ms: number | null;
  width: number | null;
  height: number | null;
  filename: string | null;
  waveform: number[] | null;
  thumbhash: string | null;
  status: 'processing' | 'ready' | 'failed';
};

/** `offline` is a choice: appear offline. */
export type StatusState = 'online' | 'offline' | 'custom';

export type UserObject = {
  id: string;
  /** null once the account is deleted. */
  username: string | null;
  pin: string | null;
  display_name: string;
  photo: MediaObject | null;
  background: MediaObject | { color: string } | null;
  status: { state: StatusState; text: string };
  public_key: string | null;
  created_at: string;
  updated_at: string;
};

export type OwnUserObject = UserObject & {
  blocked_users: string[];
  /** When strangers last guessed at the password so often that they were stopped; left out where they never did. */
  password_guessed_at?: string | undefined;
};

export type GroupObject = {
  id: string;
  name: string;
  description: string;
  photo: MediaObject | null;
  owner_id: string;
  admins: string[];
  access: 'open' | 'invite';
  who_can_post: 'all' | 'admins';
  messages_retention: number | null;
  upload_max_bytes: number;
  member_count: number;
  first_seq: number;
  last_seq: number;
  role: Role | null;
  created_at: string;
  updated_at: string;
};

export type DmObject = {
  id: string;
  user_a: string;
  user_b: string;
  first_seq: number;
  last_seq: number;
  last_message_at: string | null;
};

/** A conversation where either kind may stand: the group or DM itself and its topic. */
export type ConversationObject = ({ kind: 'group' } & GroupObject) | ({ kind: 'dm' } & DmObject);

export type MessageType = 'text' | 'image' | 'video' | 'audio' | 'file' | 'system';

export type SystemEvent =
  | 'member_joined'
  | 'member_left'
  | 'member_kicked'
  | 'member_banned'
  | 'member_unbanned'
  | 'admin_changed'
  | 'owner_changed'
  | 'group_updated'
  | 'photo_updated'
  | 'message_edited'
  | 'message_deleted'
  | 'message_pinned'
  | 'message_unpinned';

/** `actor_id` did it; `user_id` is whom it befell. */
export type SystemContent = {
  event: SystemEvent;
  actor_id: string;
  user_id?: string;
  message_id?: string;
  role?: Role;
  changes?: Record<string, unknown>;
};

export type MessageContent = { text?: string; media?: MediaObject; [extra: string]: unknown };

export type ReactionObject = { emoji: string; user_ids: string[]; count: number };

export type MessageObject = {
  id: string;
  client_id: string | null;
  conversation_id: string;
  group_id?: string;
  dm_id?: string;
  seq: number;
  sender_id: string;
  type: MessageType;
  /** null for a tombstone, and where it is encrypted. */
  content: MessageContent | SystemContent | null;
  /** Base64, opaque to the server. */
  encryption: string | null;
  reply_to: string | null;
  mentions: string[];
  reactions: ReactionObject[];
  created_at: string;
  edited_at: string | null;
  deleted: boolean;
};

export type PinObject = { message: MessageObject; pinned_by: string; pinned_at: string };

export type MemberObject = { user: UserObject; role: Role; joined_at: string };
export type BannedObject = { user: UserObject; reason: string | null; banned_by: string; banned_at: string };

export type InviteObject = {
  code: string;
  group_id: string;
  created_by: string;
  expires_at: string | null;
  max_uses: number | null;
  uses: number;
  created_at: string;
};

export type SessionObject = {
  id: string;
  device_name: string;
  created_at: string;
  last_used_at: string;
  address: string | null;
  current: boolean;
};

export type AuditEntryObject = {
  id: string;
  at: string;
  actor_id: string;
  action: string;
  target_id: string | null;
  details: Record<string, unknown>;
  /** Hexadecimal SHA-256; 64 zeros before the first entry. */
  prev_hash: string;
  hash: string;
};

/** Where one member stands: everything up to these `seq`s is delivered to, or read by, them. */
export type ReceiptObject = { user_id: string; delivered_seq: number; read_seq: number };

/** An entry of `conversations` in the answer to a `user:` join. */
export type ConversationSummary = {
  topic: string;
  last_seq: number;
  my_read_seq: number;
  mention_count: number;
};

export type { ConversationKind };
