import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseAddress } from '@tpx/server/db/bun-database.ts';
import { UsageError } from '../command-line.ts';

/** The embedded server's superuser and database (apps/server/src/db/embedded-settings.ts). */
const EMBEDDED = { user: 'tpx', database: 'tpx' };
/** Lines of postmaster.pid, from 0: the port and the socket's folder (PostgreSQL's `utils/pidfile.h`). */
const PORT_LINE = 3;
const SOCKET_FOLDER_LINE = 4;

/**
 * The database of a running node, by its URL or its data folder. Postgres writes the folder of its socket into
 * postmaster.pid, so this also finds one that was too long to stand below the data folder. @throws {UsageError}
 */
export function databasePlace(url: string | undefined, dataDir: string): DatabaseAddress {
  if (url !== undefined) return { url };
  const file = join(resolve(dataDir), 'postgres', 'postmaster.pid');
  if (!existsSync(file)) {
    throw new UsageError(
      `No database runs in ${resolve(dataDir)}. Start the node with \`npm start\`, or name its --data-dir or --database-url.`,
    );
  }
  const lines = readFileSync(file, 'utf8').split('\n');
  const unix = join(lines[SOCKET_FOLDER_LINE] ?? '', `.s.PGSQL.${lines[PORT_LINE]}`);
  if (!existsSync(unix)) {
    throw new UsageError(
      `${file} names ${unix}, which is not there: start the node with \`npm start\` first.`,
    );
  }
  return { unix, ...EMBEDDED };
}
