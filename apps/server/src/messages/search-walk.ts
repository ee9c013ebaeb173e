import type { ConversationId, UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { SearchTerms } from './search-query.ts';

/** A place in the order of what is found: newest first, of one moment by conversation and `seq`. */
export type SearchKey = { at: number; conversationId: ConversationId; seq: number };

/** A log and how far down it was looked through: everything from `upto` on. */
type Log = { id: ConversationId; firstSeq: number; upto: number; newestAt: number };
type Range = { log: Log; from: number; upto: number };
type HitRow = { range: number; seq: string; created_at: Date | null; deleted: boolean | null };

/** As in `find_words` (0012-search-plan.sql). */
const BLOCK = 1_024;
/** Blocks of one statement: doubled while it is quick, halved where it is not. */
const BLOCKS_AT_FIRST = 4;
const BLOCKS_MAX = 512;
const QUICK_MS = 25;
const SLOW_MS = 60;

const LOGS = `
  SELECT c.id, c.first_seq, c.last_message_at,
    CASE WHEN c.last_message_at < $3::timestamptz THEN c.last_seq + 1
         WHEN c.id < $4::uuid THEN seq_at(c.id, $3::timestamptz + interval '1 ms')
         WHEN c.id = $4::uuid THEN least($5::bigint, c.last_seq + 1)
         ELSE seq_at(c.id, $3::timestamptz) END AS upto
  FROM members r JOIN conversations c ON c.id = r.conversation_id
  WHERE r.user_id = $1 AND ($2::uuid IS NULL OR c.id = $2) AND c.last_message_at IS NOT NULL`;

/** Newest first in each range, at most $7. */
const FIND = `
  SELECT f.place - 1 AS range, f.seq, m.created_at, m.deleted_at IS NOT NULL AS deleted
  FROM find_words($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5, $6::tsquery, $7) f
  LEFT JOIN messages m ON m.conversation_id = ($1::uuid[])[f.place] AND m.seq = f.seq
  ORDER BY f.place, f.seq DESC`;

const NEWEST_BELOW = `
  SELECT m.created_at FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS r (id, upto, n)
  LEFT JOIN LATERAL (
    SELECT m.created_at FROM messages m WHERE m.conversation_id = r.id AND m.seq < r.upto ORDER BY m.seq DESC LIMIT 1
  ) m ON true
  ORDER BY r.n`;

/**
 * Looks through the logs of one user from the newest message down, all of them side by side (spec MSG-12). After each step
 * everything that is newer than `searchedDownTo` has been found.
 */
export class SearchWalk {
  readonly #queries: Queries;
  readonly #terms: SearchTerms;
  readonly #wanted: number;
  #logs: Log[];
  #found: SearchKey[] = [];
  #blocks = BLOCKS_AT_FIRST;

  private constructor(queries: Queries, terms: SearchTerms, wanted: number, logs: Log[]) {
    this.#queries = queries;
    this.#terms = terms;
    this.#wanted = wanted;
    this.#logs = logs;
  }

  static async begin(
    queries: Queries,
    terms: SearchTerms,
    of: { userId: UserId; conversationId: ConversationId | null; before: SearchKey | null; wanted: number },
  ): Promise<SearchWalk> {
    const { before } = of;
    const rows = await queries.query<{
      id: ConversationId;
      first_seq: string;
      last_message_at: Date;
      upto: string;
    }>(LOGS, [
      of.userId,
      of.conversationId,
      before === null ? 'infinity' : new Date(before.at).toISOString(),
      before?.conversationId ?? null,
      before?.seq ?? null,
    ]);
    const logs = rows.map((row) => ({
      id: row.id,
      firstSeq: Number(row.first_seq),
      upto: Number(row.upto),
      newestAt: Math.min(row.last_message_at.getTime(), before?.at ?? Number.POSITIVE_INFINITY),
    }));
    return new SearchWalk(queries, terms, of.wanted, logs.filter(hasMore));
  }

  /** Nothing newer than this, and nothing at all where it is null, is still to be found. */
  get searchedDownTo(): number | null {
    return this.#logs.length === 0 ? null : Math.max(...this.#logs.map(({ newestAt }) => newestAt));
  }

  /** What is known to be the newest of what matches. */
  get found(): SearchKey[] {
    const { searchedDownTo } = this;
    return this.#found.filter(({ at }) => searchedDownTo === null || at > searchedDownTo);
  }

  get isComplete(): boolean {
    return this.#logs.length === 0 || this.found.length >= this.#wanted;
  }

  async step(): Promise<void> {
    const ranges = this.#nextRanges();
    const startedAt = performance.now();
    const rows = await this.#queries.query<HitRow>(FIND, [
      ranges.map(({ log }) => log.id),
      ranges.map(({ from }) => from),
      ranges.map(({ upto }) => upto),
      this.#terms.words,
      this.#terms.match === 'any',
      this.#terms.tsquery,
      this.#wanted,
    ]);
    await this.#goDown(ranges, rows);
    const tookMs = performance.now() - startedAt;
    if (tookMs < QUICK_MS) this.#blocks = Math.min(this.#blocks * 2, BLOCKS_MAX);
    else if (tookMs > SLOW_MS) this.#blocks = Math.max(1, this.#blocks >> 1);
  }

  /** The next blocks of the logs that have the newest messages to look at. */
  #nextRanges(): Range[] {
    this.#logs.sort((one, other) => other.newestAt - one.newestAt);
    const logs = this.#logs.slice(0, this.#blocks);
    const blocksEach = Math.floor(this.#blocks / logs.length);
    return logs.flatMap((log) => {
      const ranges: Range[] = [];
      for (let { upto } = log; ranges.length < blocksEach && upto > log.firstSeq; ) {
        const from = Math.max(log.firstSeq, Math.floor((upto - 1) / BLOCK) * BLOCK);
        ranges.push({ log, from, upto });
        upto = from;
      }
      return ranges;
    });
  }

  async #goDown(ranges: Range[], rows: HitRow[]): Promise<void> {
    const hits = Map.groupBy(rows, (row) => row.range);
    /** Logs that have more in a range than one statement gives: their older ranges come again. */
    const isFull = new Set<Log>();
    for (const [n, range] of ranges.entries()) {
      if (isFull.has(range.log)) continue;
      const inRange = hits.get(n) ?? [];
      for (const { seq, created_at: at, deleted } of inRange) {
        if (at && !deleted) {
          this.#found.push({ at: at.getTime(), conversationId: range.log.id, seq: Number(seq) });
        }
      }
      range.log.upto = range.from;
      if (inRange.length < this.#wanted) continue;
      isFull.add(range.log);
      range.log.upto = Number(inRange.at(-1)?.seq);
    }
    const looked = [...new Set(ranges.map(({ log }) => log))];
    const below = await this.#queries.query<{ created_at: Date | null }>(NEWEST_BELOW, [
      looked.map(({ id }) => id),
      looked.map(({ upto }) => upto),
    ]);
    for (const [n, log] of looked.entries()) {
      const at = below[n]?.created_at;
      if (at) log.newestAt = Math.min(log.newestAt, at.getTime());
      else log.upto = log.firstSeq;
    }
    this.#logs = this.#logs.filter(hasMore);
    this.#found = this.#found.sort(newestFirst).slice(0, this.#wanted);
  }
}

function hasMore(log: Log): boolean {
  return log.upto > log.firstSeq;
}

function newestFirst(one: SearchKey, other: SearchKey): number {
  if (one.at !== other.at) return other.at - one.at;
  if (one.conversationId !== other.conversationId) return one.conversationId < other.conversationId ? 1 : -1;
  return other.seq - one.seq;
}
