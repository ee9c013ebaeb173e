import { Refusal } from '@tpx/protocol';
import { SQL } from 'bun';
import { type Database, DatabaseError, type Queries } from './database.ts';

/** `unix` is the full path of the socket file of an embedded server; `url` a real one's address. */
export type DatabaseAddress = { url: string } | { unix: string; user: string; database: string };

export type BunDatabaseOptions = DatabaseAddress & {
  connections: number;
  onUnavailable?: (error: Error) => void;
};

/** The shapes that Bun's client throws; its own classes are not exported under these names. */
type ThrownByClient = Error & { code?: string; errno?: string; constraint?: string };

export function openDatabase(options: BunDatabaseOptions): Database {
  const shared = { max: options.connections, connectionTimeout: 5, idleTimeout: 0, prepare: true };
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
        return (await client.unsafe(text, values as unknown[])) as Row[];
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
      try {
        return (await sql.begin(async (tx) => run(over(tx)))) as T;
      } catch (error) {
        throw translate(error);
      }
    },
    close: () => sql.close({ timeout: 5 }),
  };
}

/** Classes 08 (connection), 53 (resources) and 57P0x (shutting or starting up): the server is away, not the statement wrong. */
function isOutage(sqlState: string): boolean {
  return sqlState.startsWith('08') || sqlState.startsWith('53') || sqlState.startsWith('57P0');
}

/** Codes that mean the caller passed something that cannot be bound: a bug, not an outage. */
function isUsageError(code: string): boolean {
  return /INVALID|UNSUPPORTED|OVERFLOW|NOT_TAGGED|UNKNOWN_FORMAT|SYNTAX/.test(code);
}
