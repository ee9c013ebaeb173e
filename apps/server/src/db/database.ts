/** SQL as the domain folders see it: fixed text, positional parameters, plain rows. */
export interface Queries {
  /**
   * MUST run `text` as one statement with `$1..$n` bound to `values`: arrays as Postgres arrays, plain objects as
   * jsonb, Uint8Array as bytea, Date as timestamptz, null as NULL. Gives rows with bigint as decimal strings.
   * MUST reject with `Refusal('unavailable')` where the database could not be reached or cannot do it now (`outage.ts`),
   * with `DatabaseError` where it refused the statement.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

/** What moves whole tables, for backups. */
export interface BulkQueries extends Queries {
  /** The bytes of a `COPY ... TO STDOUT`; nothing else may run until they are read. */
  copyOut(text: string): ReadableStream<Uint8Array>;
  /** Takes the bytes of a `COPY ... FROM STDIN`; nothing else may run until it is closed. */
  copyIn(text: string): WritableStream<Uint8Array>;
}

/** Any statement takes less, also on a slow machine; a client that waits longer has gone. */
export const STATEMENT_TIMEOUT_MS = 15_000;

export interface Database extends Queries {
  /** MUST commit when `run` resolves, MUST roll back when it rejects, and reject with the same reason. */
  transaction<T>(run: (tx: Queries) => Promise<T>): Promise<T>;
  /** MUST resolve only where something can be written. @throws {Error} with a sentence that says what is missing */
  checkWritable(): Promise<void>;
  /** MUST report every connection that it made, before anything is answered on it, and every one that it lost. */
  onConnection(listener: (state: ConnectionState) => void): void;
  close(): Promise<void>;
}

export type ConnectionState = 'made' | 'lost';

/** A statement that Postgres refused; `sqlState` is its five-character code (PostgreSQL appendix A). */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly sqlState: string;
  readonly constraint: string | undefined;

  constructor(message: string, sqlState: string, constraint: string | undefined) {
    super(message);
    this.sqlState = sqlState;
    this.constraint = constraint;
  }
}

/** A row with this key is there already. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    error instanceof DatabaseError &&
    error.sqlState === '23505' &&
    (constraint === undefined || error.constraint === constraint)
  );
}

export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof DatabaseError && error.sqlState === '23503';
}
