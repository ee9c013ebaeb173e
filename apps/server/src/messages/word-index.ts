import { type ConversationId, Refusal, type UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';

/**
 * Events that one statement indexes: some 50 ms, for which anyone who searches or trims the same conversations waits. With
 * the pause between passes it also keeps indexing from taking Postgres away from those who send.
 */
const EVENTS_PER_PASS = 1_000;
/** The same where texts are long: some 300 ms at the worst. */
const CHARACTERS_PER_PASS = 500_000;
const CONVERSATIONS_PER_PASS = 500;
/** What one search waits for: a second or two. The next goes on from there. */
const PASSES_PER_SEARCH = 20;

/** Full-text search is filled behind the log: what this node hears of is indexed a moment later (spec MSG-8). */
export class WordIndex {
  readonly #queries: Queries;
  readonly #waiting = new Set<ConversationId>();
  #leftoversAfter: ConversationId | null | 'done' = null;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** The log of a conversation has grown. */
  note(conversationId: ConversationId): void {
    this.#waiting.add(conversationId);
  }

  /** Indexes some of what waits; what another node indexes just now waits on. @throws {Refusal} `unavailable` */
  async pass(): Promise<void> {
    await this.#findLeftovers();
    const ids = [...this.#waiting.values().take(CONVERSATIONS_PER_PASS)];
    if (ids.length === 0) return;
    for (const id of ids) this.#waiting.delete(id);
    let more = ids;
    try {
      more = await indexWords(this.#queries, ids, false);
    } finally {
      for (const id of more) this.#waiting.add(id);
    }
  }

  /** What nodes that died left behind: looked for once, a part a pass. */
  async #findLeftovers(): Promise<void> {
    if (this.#leftoversAfter === 'done' || this.#waiting.size >= CONVERSATIONS_PER_PASS) return;
    const found = await this.#queries.query<{ id: ConversationId }>(LEFTOVERS, [
      this.#leftoversAfter,
      CONVERSATIONS_PER_PASS,
    ]);
    for (const { id } of found) this.note(id);
    this.#leftoversAfter = (found.length === CONVERSATIONS_PER_PASS && found.at(-1)?.id) || 'done';
  }
}

const LEFTOVERS = `
  SELECT l.conversation_id AS id FROM indexed_logs l JOIN conversations c ON c.id = l.conversation_id
  WHERE c.last_seq > l.seq AND ($1::uuid IS NULL OR c.id > $1) ORDER BY c.id LIMIT $2`;

const BEHIND = `
  SELECT c.id FROM members r
  JOIN conversations c ON c.id = r.conversation_id
  JOIN indexed_logs l ON l.conversation_id = c.id
  WHERE r.user_id = $1 AND ($2::uuid IS NULL OR c.id = $2) AND c.last_seq > l.seq`;

/**
 * Indexes what is committed and that `userId` may read, or of it only `conversationId`.
 *
 * @throws {Refusal} `unavailable`, also where that is more than one search can wait for
 */
export async function indexWordsFor(
  queries: Queries,
  userId: UserId,
  conversationId: ConversationId | null,
): Promise<void> {
  const behind = await queries.query<{ id: ConversationId }>(BEHIND, [userId, conversationId]);
  let ids = behind.map(({ id }) => id);
  for (let passes = 0; ids.length > 0; passes++) {
    if (passes === PASSES_PER_SEARCH) {
      const message = 'The search index is catching up with what was written lately. Try again in a moment.';
      throw new Refusal('unavailable', message, { retryAfterMs: 1_000 });
    }
    ids = await indexWords(queries, ids, true);
  }
}

/** Gives those that have more; `wait` for those that somebody else holds, otherwise they are among these too. */
async function indexWords(
  queries: Queries,
  ids: readonly ConversationId[],
  wait: boolean,
): Promise<ConversationId[]> {
  const more = await queries.query<{ id: ConversationId }>(
    'SELECT index_words($1::uuid[], $2, $3, $4) AS id',
    [ids, EVENTS_PER_PASS, CHARACTERS_PER_PASS, wait],
  );
  return more.map(({ id }) => id);
}

/** Before messages are removed: nobody indexes this conversation until the commit, nor brings back words of theirs. */
export async function lockWords(tx: Queries, conversationId: ConversationId): Promise<void> {
  await tx.query('SELECT 1 FROM indexed_logs WHERE conversation_id = $1 FOR UPDATE', [conversationId]);
}
