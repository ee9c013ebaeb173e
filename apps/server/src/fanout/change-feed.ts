import { Refusal } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { Change } from './announcer.ts';

/** A revocation acts within 3 s on a node that hears nobody. */
const LOOK_EVERY_MS = 2_000;
/** For how long changes are kept; a node that could not look for longer can't know what it missed. */
const KEPT_MS = 3_600_000;
/** That, with room for clocks and the time a look takes. */
const BLIND_MAX_MS = 0.9 * KEPT_MS;

/** A change is told, if at all, within this many looks of when it is found. */
const KNOWN_FOR_LOOKS = 5;

type Deps = {
  database: Queries;
  /** Nobody has told of it. Newer ones may have been applied before it: what it is about is read again. */
  apply(change: Change): void;
  /** Too much may have been missed: everything is to be read again. */
  lost(): void;
  onError(error: unknown): void;
};

type Look = { horizon: string; found: { id: number; change: Change }[] | null };

/** Stores changes in the transaction of what they tell of; gives the id of each. */
export async function recordChanges(tx: Queries, changes: readonly Change[]): Promise<number[]> {
  if (changes.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `INSERT INTO announced_changes (change)
     SELECT c.change FROM jsonb_array_elements($1::jsonb -> 'changes') WITH ORDINALITY AS c (change, ord) ORDER BY c.ord
     RETURNING id`,
    [{ changes }],
  );
  return rows.map(({ id }) => Number(id));
}

/** For any node to call now and then, with Postgres' time (spec CLOCK-1). */
export async function removeOldChanges(queries: Queries, now: Date): Promise<void> {
  await queries.query(
    `DELETE FROM announced_changes
     WHERE announced_at + clock_allowance(announced_at) < $2::timestamptz - make_interval(secs => $1)`,
    [KEPT_MS / 1000, now],
  );
}

/**
 * The changes of all nodes as PostgreSQL has them, in the order of commits or not. It is read all the time and not only
 * while the bus is away: a look costs less than to know for sure that nothing was lost (spec CLU-10).
 */
export class ChangeFeed {
  readonly #deps: Deps;
  readonly #now: () => number;
  /** Every transaction before it had ended at the last look. */
  #horizon: string | undefined;
  #lookedAt: number;
  /** Changes told or found of late, with the number of the look: what follows the horizon is found again. */
  #known = new Map<number, number>();
  #looks = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(deps: Deps, now: () => number = () => performance.now()) {
    this.#deps = deps;
    this.#now = now;
    this.#lookedAt = now();
  }

  /** Looks now, and then every 2 s until it is closed. */
  start(): this {
    this.#schedule(0);
    return this;
  }

  #schedule(waitMs: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#turn();
    }, waitMs);
  }

  async #turn(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      // While Postgres is away nothing changes that it does not have afterwards.
      if (!(error instanceof Refusal)) this.#deps.onError(error);
    }
    this.#schedule(LOOK_EVERY_MS);
  }

  /** Postgres has another history: what it stored, and the ids by which it did, count from now on. */
  startAnew(): void {
    this.#horizon = undefined;
    this.#known.clear();
  }

  /** Whether a change is new to this node, which it is not from then on. */
  isNew(id: number): boolean {
    if (this.#known.has(id)) return false;
    this.#known.set(id, this.#looks);
    return true;
  }

  /** Applies what has committed since the last look and was not told. The first one only finds out where to begin. */
  async look(): Promise<void> {
    const [row] = await this.#deps.database.query<Look>(
      `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
              (SELECT jsonb_agg(jsonb_build_object('id', id, 'change', change) ORDER BY id)
               FROM announced_changes WHERE transaction_id >= $1::text::xid8) AS found`,
      [this.#horizon ?? null],
    );
    if (!row) return;
    const now = this.#now();
    const isBlind = now - this.#lookedAt > BLIND_MAX_MS;
    this.#lookedAt = now;
    this.#horizon = row.horizon;
    this.#looks++;
    for (const { id, change } of row.found ?? []) {
      const isNew = this.isNew(id);
      this.#known.set(id, this.#looks);
      if (isNew && !isBlind) this.#deps.apply(change);
    }
    if (isBlind) this.#deps.lost();
    this.#forget();
  }

  #forget(): void {
    for (const [id, look] of this.#known) if (look < this.#looks - KNOWN_FOR_LOOKS) this.#known.delete(id);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }
}
