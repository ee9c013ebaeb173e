import type { ConversationId, ConversationKind, MessageObject, UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessageObject } from './message-row.ts';
import { readSearchQuery } from './search-query.ts';
import { type SearchKey, SearchWalk } from './search-walk.ts';
import { indexWordsFor } from './word-index.ts';

export type SearchPage = {
  q: string;
  conversationId: ConversationId | null;
  before: SearchKey | null;
  limit: number;
};

/** For one page; what is still to be looked through then comes with the next one. */
const PAGE_WITHIN_MS = 250;
const SMALLEST_ID = '00000000-0000-0000-0000-000000000000' as ConversationId;

/** The membership join is what limits it to what may be read, however the places were found. */
const SHOWN = `
  SELECT ${MESSAGE_COLUMNS}, c.kind
  FROM unnest($2::uuid[], $3::bigint[]) WITH ORDINALITY AS f (conversation_id, seq, n)
  JOIN members r ON r.conversation_id = f.conversation_id AND r.user_id = $1
  JOIN messages m ON m.conversation_id = f.conversation_id AND m.seq = f.seq
  JOIN conversations c ON c.id = f.conversation_id
  WHERE m.deleted_at IS NULL ORDER BY f.n`;

/**
 * Full-text search in what `userId` may read: words, "phrases", -without. What was acknowledged is found, so the words of
 * these conversations are brought up to date first (spec MSG-8). `next` is where the next page begins; a page may have
 * fewer messages than `limit`, even none, and a next one (spec MSG-12).
 *
 * @throws {Refusal} `invalid` for a query without a word to look for, `unavailable`
 */
export async function searchMessages(
  queries: Queries,
  userId: UserId,
  { q, conversationId, before, limit }: SearchPage,
): Promise<{ messages: MessageObject[]; next: SearchKey | null }> {
  const terms = await readSearchQuery(queries, q);
  await indexWordsFor(queries, userId, conversationId);
  const walk = await SearchWalk.begin(queries, terms, { userId, conversationId, before, wanted: limit + 1 });
  const startedAt = performance.now();
  // However slow the machine is: the next page begins further down than this one.
  const hasMoved = () => before === null || (walk.searchedDownTo ?? 0) + 1 < before.at;
  while (!walk.isComplete) {
    if (performance.now() - startedAt > PAGE_WITHIN_MS && hasMoved()) break;
    await walk.step();
  }

  const { found, searchedDownTo } = walk;
  const shown = found.slice(0, limit);
  const rows = await queries.query<MessageRow & { kind: ConversationKind }>(SHOWN, [
    userId,
    shown.map((key) => key.conversationId),
    shown.map((key) => key.seq),
  ]);
  return {
    messages: rows.map((row) => toMessageObject(row, row.kind)),
    next: found.length > limit ? (shown.at(-1) ?? null) : below(searchedDownTo),
  };
}

/** The place after all that is newer than `at`: nothing of that moment itself was passed. */
function below(at: number | null): SearchKey | null {
  return at === null ? null : { at: at + 1, conversationId: SMALLEST_ID, seq: 0 };
}
