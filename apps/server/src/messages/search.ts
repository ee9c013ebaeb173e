import type { ConversationId, ConversationKind, MessageObject, UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessageObject } from './message-row.ts';

export type SearchPage = {
  q: string;
  conversationId: ConversationId | null;
  before: string | null;
  limit: number;
};

/** Newest first; ids are UUIDv7, so their order is that of time. The membership join is what limits it to what may be read. */
const SEARCH = `
  SELECT ${MESSAGE_COLUMNS}, c.kind
  FROM messages m
  JOIN members r ON r.conversation_id = m.conversation_id AND r.user_id = $1
  JOIN conversations c ON c.id = m.conversation_id
  WHERE to_tsvector('simple', m.content ->> 'text') @@ websearch_to_tsquery('simple', $2)
    AND m.type <> 'system' AND m.encryption IS NULL AND m.deleted_at IS NULL
    AND ($3::uuid IS NULL OR m.conversation_id = $3) AND ($4::uuid IS NULL OR m.id < $4)
  ORDER BY m.id DESC LIMIT $5`;

/** Full-text search in what `userId` may read: words, "phrases", -without. `next` is the last id where there are more. */
export async function searchMessages(
  queries: Queries,
  userId: UserId,
  page: SearchPage,
): Promise<{ messages: MessageObject[]; next: string | null }> {
  const rows = await queries.query<MessageRow & { kind: ConversationKind }>(SEARCH, [
    userId,
    page.q,
    page.conversationId,
    page.before,
    page.limit + 1,
  ]);
  const shown = rows.slice(0, page.limit);
  return {
    messages: shown.map((row) => toMessageObject(row, row.kind)),
    next: rows.length > page.limit ? (shown.at(-1)?.id ?? null) : null,
  };
}
