import { Refusal } from '@tpx/protocol';
import { SQL } from 'bun';
import { CircuitBreaker } from './circuit-breaker.ts';
import {
  type BulkQueries,
  type ConnectionState,
  type Database,
  DatabaseError,
  STATEMENT_TIMEOUT_MS,
} from './database.ts';
import { isOutage, isTlsFailure } from './outage.ts';
import { WriteHealth } from './write-health.ts';

/** `unix` is the full path of the socket file of an embedded server; `url` a real one's address. */
export type DatabaseAddress = { url: string } | { unix: string; user: string; database: string };

export type BunDatabaseOptions = DatabaseAddress & {
  connections: number;
  /** What PostgreSQL calls the connections, in `pg_stat_activity`. */
  name?: string;
  /** A statement that takes longer is given up: whoever asked is told `unavailable`. */
  statementTimeoutMs?: number;
  /** A sentence for the log: Postgres went silent, answers again, or takes no writes. */
  onTrouble?: (sentence: string) => void;
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

/** For a new connection to be answered, when the server was silent. */
const PROBE_WITHIN_MS = 2_000;
const nothing = () => undefined;
const PROBE = { max: 1, connectionTimeout: PROBE_WITHIN_MS / 1000, onconnect: nothing, onclose: nothing };

/** The shapes that Bun's client throws; its own classes are not exported under these names. */
type ThrownByClient = Error & { code?: string; errno?: string; constraint?: string };

/** Its transactions can move whole tables, too. */
export type BunDatabase = Database & {
  transaction<T>(run: (tx: BulkQueries) => Promise<T>): Promise<T>;
};

export function openDatabase(options: BunDatabaseOptions): BunDatabase {
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const lockTimeoutMs = Math.round(statementTimeoutMs * LOCK_SHARE);
  const listeners = new Set<(state: ConnectionState) => void>();
  const connection = (state: ConnectionState) => {
    for (const listener of listeners) listener(state);
  };
  const shared = {
    onconnect: (error: Error | null) => {
      if (!error) connection('made');
    },
    onclose: () => connection('lost'),
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
  const connect = (more: Partial<typeof shared> = {}) =>
    'url' in options
      ? // Bun's client would let PGDATABASE in the environment win over the URL's database.
        new SQL({
          ...shared,
          ...more,
          url: options.url,
          database: decodeURIComponent(new URL(options.url).pathname.slice(1)),
        })
      : new SQL({
          ...shared,
          ...more,
          adapter: 'postgres',
          path: options.unix,
          username: options.user,
          database: options.database,
        });
  let sql = connect();
  const health = new WriteHealth();
  const breaker = new CircuitBreaker({
    limitMs: statementTimeoutMs * ANSWER_SHARE,
    probe: () => askOnce(connect(PROBE)),
    onOpen: () => options.onTrouble?.('PostgreSQL does not answer. Requests are refused until it does.'),
    onClose() {
      // Its connections may be to a server that is gone for good, and then none of them would ever be answered.
      void sql.close({ timeout: 0 }).catch(() => undefined);
      sql = connect();
      options.onTrouble?.('PostgreSQL answers again.');
    },
  });

  const over = (client: () => Pick<SQL, 'unsafe'>): BulkQueries => ({
    async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      try {
        return (await breaker.run(() => client().unsafe(text, values as unknown[]))) as Row[];
      } catch (error) {
        throw translate(error);
      }
    },
    copyOut: (text) => client().unsafe(text).readable(),
    copyIn: (text) => client().unsafe(text).writable(),
  });

  function translate(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const { code, errno, constraint } = error as ThrownByClient;
    if (code === 'ERR_POSTGRES_SERVER_ERROR' && typeof errno === 'string') {
      if (!isOutage(errno, error.message)) return new DatabaseError(error.message, errno, constraint);
      if (health.failed(errno, error.message))
        options.onTrouble?.(`PostgreSQL stores nothing: ${error.message}`);
      return unavailable(new DatabaseError(error.message, errno, constraint));
    }
    if (code?.startsWith('ERR_POSTGRES_') && !isUsageError(code)) {
      if (code === 'ERR_POSTGRES_CONNECTION_TIMEOUT') breaker.open();
      return unavailable(error);
    }
    if (isTlsFailure(error)) return unavailable(error);
    return error;
  }

  const outside = over(() => sql);
  return {
    ...outside,
    async transaction<T>(run: (tx: BulkQueries) => Promise<T>): Promise<T> {
      const begun = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<void>();
      let givenUp = false;
      if (breaker.isOpen) throw new Refusal('unavailable');
      const transaction = sql.begin(async (tx) => {
        // It begins late, and nobody waits for it any more.
        if (givenUp) throw new Refusal('unavailable');
        begun.resolve();
        return await run(over(() => tx)).finally(ended.resolve);
      });
      try {
        // What begins and what ends it may stay without an answer, as any statement in it may.
        await breaker.run(() => Promise.race([transaction, begun.promise]));
        await Promise.race([transaction, ended.promise]);
        return (await breaker.run(() => transaction)) as T;
      } catch (error) {
        givenUp = true;
        throw translate(error);
      }
    },
    checkWritable: () => health.check(outside),
    onConnection: (listener) => void listeners.add(listener),
    async close() {
      breaker.dispose();
      await sql.close({ timeout: 5 });
    },
  };
}

/** Whether a new connection is answered; the pool's own may be full of what waits. */
async function askOnce(sql: SQL): Promise<void> {
  const overdue = Promise.withResolvers<never>();
  const timer = setTimeout(() => overdue.reject(new Refusal('unavailable')), PROBE_WITHIN_MS);
  try {
    await Promise.race([sql.unsafe('SELECT 1'), overdue.promise]);
  } finally {
    clearTimeout(timer);
    void sql.close({ timeout: 0 }).catch(() => undefined);
  }
}

/** `cause` is for the start of a node, which tells a wrong login from a server that is away. */
function unavailable(cause: Error): Refusal {
  const refusal = new Refusal('unavailable');
  refusal.cause = cause;
  return refusal;
}

/** Codes that mean the caller passed something that cannot be bound: a bug, not an outage. */
function isUsageError(code: string): boolean {
  return /INVALID|UNSUPPORTED|OVERFLOW|NOT_TAGGED|UNKNOWN_FORMAT|SYNTAX/.test(code);
}
