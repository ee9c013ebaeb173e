import { Refusal } from '@tpx/protocol';
import type { Database, Queries } from './database.ts';
import { elapsedMs } from './elapsed.ts';

/** Clocks that differ by less agree. What is deleted may be so much too young (spec CLOCK-1). */
const BOUND_MS = 30_000;
/** A look that took longer says too little. */
const LOOK_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 10_000;
const STEADY_AFTER_MS = 60_000;
/** Clocks that are corrected drift apart by less (500 ppm is the most that Linux does). */
const DRIFT = 0.001;
/** Older jumps are forgotten. */
const STEPS_KEPT = 200;

const LOOK = `
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms,
         coalesce((SELECT total_seconds FROM clock_steps ORDER BY id DESC LIMIT 1), 0)::float8 AS total_seconds`;

type Look = { now_ms: number; total_seconds: number };
type Options = {
  database: Database;
  /** A sentence for the log, when the clocks cease to agree and when they agree again. */
  onTrouble(sentence: string): void;
  onError(error: unknown): void;
  /** This node's wall clock, and a clock that nobody sets. */
  wall?: () => number;
  elapsed?: () => number;
  /** For so long after a jump nothing is deleted: a clock that jumped once may do so again. */
  steadyAfterMs?: number;
};

/** What is known of Postgres' clock: its reading less that of the clock that nobody sets, and the jumps recorded by then. */
type Reference = { offsetMs: number; totalSeconds: number };

/**
 * The clock of Postgres, which all nodes share, against this node's two. Whatever expires or is deleted for its age asks
 * `settled` first: a clock that is wrong must not delete anything (spec CLOCK-1 to CLOCK-3).
 */
export class PostgresClock implements AsyncDisposable {
  readonly #database: Database;
  readonly #onTrouble: (sentence: string) => void;
  readonly #onError: (error: unknown) => void;
  readonly #wall: () => number;
  readonly #elapsed: () => number;
  readonly #steadyAfterMs: number;
  #reference: Reference | undefined;
  #lookedAt = 0;
  #steppedAt = Number.NEGATIVE_INFINITY;
  #stepMs = 0;
  #aheadMs = 0;
  #said: string | null = null;
  /** Postgres' time less that of `performance.now()`, which is cheaper to read. */
  #offsetMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor({
    database,
    onTrouble,
    onError,
    wall = Date.now,
    elapsed = elapsedMs,
    steadyAfterMs = STEADY_AFTER_MS,
  }: Options) {
    this.#database = database;
    this.#onTrouble = onTrouble;
    this.#onError = onError;
    this.#wall = wall;
    this.#elapsed = elapsed;
    this.#steadyAfterMs = steadyAfterMs;
  }

  /** @throws {Refusal} unavailable */
  static async open(options: Options): Promise<PostgresClock> {
    const clock = new PostgresClock(options);
    await clock.look();
    clock.#schedule();
    return clock;
  }

  /** Postgres' time in milliseconds, as of the last look. A node whose own clock is wrong signs and judges tokens by it. */
  readonly now = (): number => performance.now() + this.#offsetMs;

  /** How far Postgres' clock is ahead of this node's. */
  get aheadSeconds(): number {
    return this.#aheadMs / 1000;
  }

  /** Why nothing may be deleted now, as a sentence; null where the clocks agree. */
  get trouble(): string | null {
    if (Math.abs(this.#aheadMs) > BOUND_MS) {
      return `The clock of PostgreSQL is ${seconds(this.#aheadMs)} ${this.#aheadMs > 0 ? 'ahead of' : 'behind'} this node's. This node deletes nothing for its age until they agree: correct the time on both machines.`;
    }
    if (this.#elapsed() - this.#steppedAt < this.#steadyAfterMs) {
      return `The clock of PostgreSQL jumped ${seconds(this.#stepMs)} ${this.#stepMs > 0 ? 'ahead' : 'back'}. Nothing is deleted for its age until it has run evenly for a minute.`;
    }
    return null;
  }

  /**
   * Postgres' time, where it can be trusted to delete by; else null.
   *
   * @throws {Refusal} unavailable
   */
  async settled(): Promise<Date | null> {
    const nowMs = await this.look();
    return nowMs === null || this.trouble !== null ? null : new Date(nowMs);
  }

  /** Postgres' time now; null where the answer took too long to say anything. @throws {Refusal} unavailable */
  async look(): Promise<number | null> {
    const from = this.#elapsed();
    const [row] = await this.#database.query<Look>(LOOK);
    const to = this.#elapsed();
    if (!row || to - from > LOOK_WITHIN_MS) return null;
    const at = (from + to) / 2;
    this.#offsetMs = row.now_ms - performance.now();
    this.#aheadMs = row.now_ms - this.#wall();
    await this.#compare(row, at);
    this.#lookedAt = at;
    this.#say();
    return row.now_ms;
  }

  async #compare({ now_ms, total_seconds }: Look, at: number): Promise<void> {
    const offsetMs = now_ms - at;
    const known = this.#reference;
    if (!known) {
      this.#reference = { offsetMs, totalSeconds: total_seconds };
      return;
    }
    const movedMs = offsetMs - known.offsetMs;
    if (Math.abs(movedMs) <= BOUND_MS) {
      const driftMaxMs = Math.max(0, at - this.#lookedAt) * DRIFT;
      known.offsetMs += Math.min(driftMaxMs, Math.max(-driftMaxMs, movedMs));
      known.totalSeconds = total_seconds;
      return;
    }
    // Late by as much as two looks may be wrong: what was stored just before the jump is before it in any case.
    const before = new Date(known.offsetMs + at + LOOK_WITHIN_MS);
    const totalSeconds = await this.#database.transaction((tx) => recordStep(tx, known, before, movedMs));
    this.#reference = { offsetMs, totalSeconds };
    this.#steppedAt = at;
    this.#stepMs = movedMs;
  }

  #say(): void {
    const { trouble } = this;
    if (trouble !== null && this.#said === null) this.#onTrouble(trouble);
    if (trouble === null && this.#said !== null)
      this.#onTrouble(
        'The clock of PostgreSQL agrees with this node again. What is too old is deleted again.',
      );
    this.#said = trouble;
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.look()
        .catch((error) => {
          if (!(error instanceof Refusal)) this.#onError(error);
        })
        .finally(() => this.#schedule());
    }, LOOK_EVERY_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }
}

/** Each jump is recorded once, by the node that notices it first. Returns the sum of all that are recorded. */
async function recordStep(tx: Queries, known: Reference, before: Date, movedMs: number): Promise<number> {
  await tx.query('LOCK TABLE clock_steps IN EXCLUSIVE MODE');
  const [row] = await tx.query<Look>(LOOK);
  const totalSeconds = row?.total_seconds ?? 0;
  const stepSeconds = movedMs / 1000 - (totalSeconds - known.totalSeconds);
  if (Math.abs(stepSeconds) * 1000 <= BOUND_MS) return totalSeconds;
  const [stored] = await tx.query<{ id: string }>(
    'INSERT INTO clock_steps (before, step_seconds, total_seconds) VALUES ($1, $2, $3) RETURNING id',
    [before, stepSeconds, totalSeconds + stepSeconds],
  );
  await tx.query('DELETE FROM clock_steps WHERE id <= $1', [Number(stored?.id) - STEPS_KEPT]);
  return totalSeconds + stepSeconds;
}

function seconds(ms: number): string {
  return `${Math.abs(Math.round(ms / 1000)).toLocaleString('en')} s`;
}
