import type { ConversationId, ConversationKind, MessageObject, UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessageObject } from './message-row.ts';
import { indexWordsFor } from './word-index.ts';

export type SearchPage = {
  q: string;
  conversationId: ConversationId | null;
  before: string | null;
  limit: number;
};

/**
 * Newest first; ids are UUIDv7, so their order is that of time. The membership join is what limits it to what may be read.
 * The words come first whatever the planner thinks of the tables: from any other side a search reads all messages.
 */
const SEARCH = `
  WITH found AS MATERIALIZED (
    SELECT w.conversation_id, w.seq FROM message_words w
    WHERE w.words @@ websearch_to_tsquery('simple', $2) AND ($3::uuid IS NULL OR w.conversation_id = $3)
  )
  SELECT ${MESSAGE_COLUMNS}, c.kind
  FROM found f
  JOIN members r ON r.conversation_id = f.conversation_id AND r.user_id = $1
  JOIN messages m ON m.conversation_id = f.conversation_id AND m.seq = f.seq
  JOIN conversations c ON c.id = f.conversation_id
  WHERE m.deleted_at IS NULL AND m.encryption IS NULL AND ($4::uuid IS NULL OR m.id < $4)
  ORDER BY m.id DESC LIMIT $5`;

/**
 * Full-text search in what `userId` may read: words, "phrases", -without. What was acknowledged is found, so the words of
 * these conversations are brought up to date first (spec MSG-8). `next` is the last id where there are more.
 *
 * @throws {Refusal} `unavailable`
 */
export async function searchMessages(
  queries: Queries,
  userId: UserId,
  page: SearchPage,
): Promise<{ messages: MessageObject[]; next: string | null }> {
  await indexWordsFor(queries, userId, page.conversationId);
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
