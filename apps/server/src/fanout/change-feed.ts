import { Refusal } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { Change } from './announcer.ts';

/** A revocation acts within 3 s on a node that hears nobody. */
const LOOK_EVERY_MS = 2_000;
/** For how long changes are kept; a node that could not look for longer can't know what it missed. */
const KEPT_MS = 3_600_000;
/** That, with room for clocks and the time a look takes. */
const BLIND_MAX_MS = 0.9 * KEPT_MS;

type Deps = {
  database: Queries;
  /** Reads again what the change is about. It may have been done already, and newer ones may be done before it. */
  apply(change: Change): void;
  /** Too much may have been missed: everything is to be read again. */
  lost(): void;
  onError(error: unknown): void;
};

type Look = { horizon: string; found: { id: number; change: Change }[] | null };

/** Stores changes in the transaction of what they tell of. */
export async function recordChanges(tx: Queries, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `INSERT INTO announced_changes (change) SELECT c FROM jsonb_array_elements($1::jsonb -> 'changes') AS c`,
    [{ changes }],
  );
}

/** For any node to call now and then. */
export async function removeOldChanges(queries: Queries): Promise<void> {
  await queries.query(
    'DELETE FROM announced_changes WHERE announced_at < clock_timestamp() - make_interval(secs => $1)',
    [KEPT_MS / 1000],
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
  /** What the last look gave: the transactions after the horizon are looked at again. */
  #seen: ReadonlySet<number> = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(deps: Deps, now: () => number = () => performance.now()) {
    this.#deps = deps;
    this.#now = now;
    this.#lookedAt = now();
    this.#schedule(0);
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

  /** Applies what has committed since the last look. The first one only finds out where to begin. */
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
    const found = row.found ?? [];
    const seen = this.#seen;
    this.#seen = new Set(found.map(({ id }) => id));
    if (isBlind) this.#deps.lost();
    else for (const { id, change } of found) if (!seen.has(id)) this.#deps.apply(change);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }
}
