import type {
  ConversationKind,
  MessageContent,
  MessageObject,
  MessageType,
  ReactionObject,
  SystemContent,
} from '@tpx/protocol';

/** A row of `messages` as `MESSAGE_COLUMNS` selects it (alias m). */
export type MessageRow = {
  conversation_id: string;
  seq: string;
  id: string;
  client_id: string | null;
  sender_id: string;
  type: string;
  content: MessageContent | SystemContent | null;
  encryption: string | null;
  reply_to: string | null;
  mentions: string[];
  reactions: ReactionObject[];
  created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
};

/** Messages of before `encryption_base64` have a JSON object; `encode` breaks its lines. */
const ENCRYPTION = `coalesce(m.encryption_base64,
    translate(encode(convert_to(m.encryption::text, 'UTF8'), 'base64'), E'\\n', '')) AS encryption`;

export const MESSAGE_COLUMNS = `m.conversation_id, m.seq, m.id, m.client_id, m.sender_id, m.type, m.content, ${ENCRYPTION},
  m.reply_to, m.mentions, m.reactions, m.created_at, m.edited_at, m.deleted_at`;

/** The message as it is now; a deleted one is a tombstone without content. */
export function toMessageObject(row: MessageRow, kind: ConversationKind): MessageObject {
  const deleted = row.deleted_at !== null;
  return {
    id: row.id,
    client_id: row.client_id,
    conversation_id: row.conversation_id,
    ...(kind === 'group' ? { group_id: row.conversation_id } : { dm_id: row.conversation_id }),
    seq: Number(row.seq),
    sender_id: row.sender_id,
    type: row.type as MessageType,
    content: deleted || row.encryption !== null ? null : row.content,
    encryption: deleted ? null : row.encryption,
    reply_to: row.reply_to,
    mentions: deleted ? [] : row.mentions,
    reactions: deleted ? [] : row.reactions,
    created_at: row.created_at.toISOString(),
    edited_at: row.edited_at?.toISOString() ?? null,
    deleted,
  };
}
