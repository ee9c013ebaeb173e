import type { Queries } from './database.ts';
import { whyUnwritable } from './outage.ts';

/**
 * Writes a few pages and leaves nothing behind. An update of a small row would succeed on a full disk: its page is there
 * already, and space is only missed by what needs a new one.
 */
const PROBE = `CREATE TEMPORARY TABLE tpx_write_probe ON COMMIT DROP AS
  SELECT repeat('x', 1900) AS filler FROM generate_series(1, 64)`;
const READ_ONLY = `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS read_only`;
/** Nodes are asked often, by many, and a probe writes 128 KB. */
const PROBE_EVERY_MS = 1_000;

/** Whether Postgres stores anything: a full disk answers every read and shows only when something is written. */
export class WriteHealth {
  #reason: string | undefined;
  #probedAt = Number.NEGATIVE_INFINITY;
  #probe: Promise<void> | undefined;

  /** A statement failed with this code. True where it is news that Postgres stores nothing. */
  failed(sqlState: string, message: string): boolean {
    const reason = whyUnwritable(sqlState, message);
    const isNews = reason !== undefined && reason !== this.#reason;
    this.#reason = reason ?? this.#reason;
    return isNews;
  }

  /** Resolves where something can be written. @throws {Error} with a sentence that says what is missing */
  async check(queries: Queries): Promise<void> {
    const [row] = await queries.query<{ read_only: boolean }>(READ_ONLY);
    if (row?.read_only) this.failed('25006', '');
    if (this.#reason === undefined) return;
    if (!row?.read_only) await this.#tryAgain(queries);
    if (this.#reason !== undefined) throw new Error(this.#reason);
  }

  /** One probe at a time, and one a second: anyone who asks meanwhile gets what the last one found. */
  #tryAgain(queries: Queries): Promise<void> {
    if (this.#probe) return this.#probe;
    if (performance.now() - this.#probedAt < PROBE_EVERY_MS) return Promise.resolve();
    this.#probedAt = performance.now();
    const probe = queries.query(PROBE).then(
      () => {
        this.#reason = undefined;
      },
      // Why it failed is noted where the statement failed.
      () => undefined,
    );
    this.#probe = probe.finally(() => {
      this.#probe = undefined;
    });
    return this.#probe;
  }
}
