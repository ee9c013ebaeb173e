import { Refusal } from '@tpx/protocol';
import { SQL } from 'bun';
import { type Database, DatabaseError, type Queries, STATEMENT_TIMEOUT_MS } from './database.ts';

/** `unix` is the full path of the socket file of an embedded server; `url` a real one's address. */
export type DatabaseAddress = { url: string } | { unix: string; user: string; database: string };

export type BunDatabaseOptions = DatabaseAddress & {
  connections: number;
  /** What PostgreSQL calls the connections, in `pg_stat_activity`. */
  name?: string;
  /** A statement that takes longer is given up: whoever asked is told `unavailable`. */
  statementTimeoutMs?: number;
  onUnavailable?: (error: Error) => void;
};

/**
 * A page out of order costs no seek on a flash disk and nothing in memory. With the default of 4, made for spinning disks,
 * the planner reads all of a table of a few hundred rows to find one of them.
 */
const RANDOM_PAGE_COST = 1.1;
/** What waits for a lock is given up after this part of the time for a statement. */
const LOCK_SHARE = 1 / 3;
/** A server that says nothing at all for so much longer, stopped or cut off, is as good as away. */
const ANSWER_SHARE = 4 / 3;

/** The shapes that Bun's client throws; its own classes are not exported under these names. */
type ThrownByClient = Error & { code?: string; errno?: string; constraint?: string };

export function openDatabase(options: BunDatabaseOptions): Database {
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const lockTimeoutMs = Math.round(statementTimeoutMs * LOCK_SHARE);
  const answered = answeredWithin(statementTimeoutMs * ANSWER_SHARE);
  const shared = {
    max: options.connections,
    connectionTimeout: 5,
    idleTimeout: 0,
    prepare: true,
    connection: {
      statement_timeout: statementTimeoutMs,
      lock_timeout: lockTimeoutMs,
      random_page_cost: RANDOM_PAGE_COST,
      ...(options.name !== undefined && { application_name: options.name }),
    },
  };
  const sql =
    'url' in options
      ? // Bun's client would let PGDATABASE in the environment win over the URL's database.
        new SQL({
          ...shared,
          url: options.url,
          database: decodeURIComponent(new URL(options.url).pathname.slice(1)),
        })
      : new SQL({
          ...shared,
          adapter: 'postgres',
          path: options.unix,
          username: options.user,
          database: options.database,
        });

  const over = (client: Pick<SQL, 'unsafe'>): Queries => ({
    async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      try {
        return (await answered(client.unsafe(text, values as unknown[]))) as Row[];
      } catch (error) {
        throw translate(error);
      }
    },
  });

  function translate(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const { code, errno, constraint } = error as ThrownByClient;
    if (code === 'ERR_POSTGRES_SERVER_ERROR' && typeof errno === 'string' && !isOutage(errno)) {
      return new DatabaseError(error.message, errno, constraint);
    }
    if (code?.startsWith('ERR_POSTGRES_') && !isUsageError(code)) {
      options.onUnavailable?.(error);
      return new Refusal('unavailable');
    }
    return error;
  }

  return {
    ...over(sql),
    async transaction<T>(run: (tx: Queries) => Promise<T>): Promise<T> {
      const begun = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<void>();
      let givenUp = false;
      const transaction = sql.begin(async (tx) => {
        // It begins late, and nobody waits for it any more.
        if (givenUp) throw new Refusal('unavailable');
        begun.resolve();
        return await run(over(tx)).finally(ended.resolve);
      });
      try {
        // What begins and what ends it may stay without an answer, as any statement in it may.
        await answered(Promise.race([transaction, begun.promise]));
        await Promise.race([transaction, ended.promise]);
        return (await answered(transaction)) as T;
      } catch (error) {
        givenUp = true;
        throw translate(error);
      }
    },
    close: () => sql.close({ timeout: 5 }),
  };
}

/**
 * Classes 08 (connection), 53 (resources), 57P0x (shutting or starting up), and what was given up by the time-outs: the
 * server is away or too busy, not the statement wrong.
 */
function isOutage(sqlState: string): boolean {
  return /^(?:08|53|57P0)/.test(sqlState) || sqlState === '57014' || sqlState === '55P03';
}

/** Codes that mean the caller passed something that cannot be bound: a bug, not an outage. */
function isUsageError(code: string): boolean {
  return /INVALID|UNSUPPORTED|OVERFLOW|NOT_TAGGED|UNKNOWN_FORMAT|SYNTAX/.test(code);
}

/** @throws {Refusal} `unavailable` where no answer comes; a write may have been done all the same */
function answeredWithin(ms: number): <T>(query: Promise<T>) => Promise<T> {
  return (query) =>
    new Promise((resolve, reject) => {
      const overdue = setTimeout(() => reject(new Refusal('unavailable')), ms);
      query.then(resolve, reject).finally(() => clearTimeout(overdue));
    });
}
