import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError } from './backup/backup-format.ts';
import type { Config } from './config/config.ts';
import { type DatabaseAddress, openDatabase } from './db/bun-database.ts';
import type { BulkQueries } from './db/database.ts';
import { clusterFolder } from './db/embedded-cluster.ts';
import { EmbeddedPostgresError } from './db/embedded-error.ts';
import { startEmbeddedPostgres } from './db/embedded-postgres.ts';
import { findRunningSocket } from './db/embedded-running.ts';

type Say = (line: string) => void;
type Work<T> = (address: DatabaseAddress) => Promise<T>;

/** A statement of a backup or a restore may take as long as it needs. */
const STATEMENT_TIMEOUT_MS = 24 * 3_600_000;

/** Runs with the database that this configuration names, also while a node serves from it. */
export async function withStoredData<T>(config: Config, say: Say, work: Work<T>): Promise<T> {
  if (config.databaseUrl !== null) return work({ url: config.databaseUrl });
  if (!existsSync(join(clusterFolder(config.dataDir), 'PG_VERSION'))) {
    throw new BackupError(
      `There is no database in ${config.dataDir}. Set TPX_DATA_DIR to the folder of the server, or TPX_DATABASE_URL.`,
    );
  }
  const running = await findRunningSocket(config.dataDir);
  if (running) return work(running);
  try {
    return await withEmbedded(config, say, work);
  } catch (error) {
    // A node may have started between the two looks.
    const started = error instanceof EmbeddedPostgresError && (await findRunningSocket(config.dataDir));
    if (started) return work(started);
    throw error;
  }
}

/** Runs with the database that this configuration names, which no node may serve from. */
export async function withNewData<T>(config: Config, say: Say, work: Work<T>): Promise<T> {
  if (config.databaseUrl !== null) return work({ url: config.databaseUrl });
  return withEmbedded(config, say, work);
}

async function withEmbedded<T>(config: Config, log: Say, work: Work<T>): Promise<T> {
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  try {
    return await work(postgres.address);
  } finally {
    await postgres.stop();
  }
}

export async function inTransaction<T>(
  address: DatabaseAddress,
  run: (tx: BulkQueries) => Promise<T>,
): Promise<T> {
  const database = openDatabase({
    ...address,
    connections: 1,
    // Not as a node is called: nodes look for each other by that (cluster/nodes-at-postgres.ts).
    name: 'tpx-backup',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    return await database.transaction(run);
  } finally {
    await database.close();
  }
}
