import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import type { Database } from '@tpx/server/db/database.ts';
import { startServer } from '@tpx/testkit';
import type { Place } from '../load/sockets.ts';
import { databasePlace } from '../seed/database-place.ts';
import { type Cores, pin } from './cores.ts';
import { COLLECTABLE, type MeasuredProcess } from './measured-process.ts';
import { descendants } from './process-figures.ts';

export type MeasuredNode = MeasuredProcess & {
  place: Place;
  /** The root of Postgres' processes; undefined where it is not the embedded one. */
  postgresPid: number | undefined;
  openDatabase(connections: number): Database;
} & AsyncDisposable;

/** A node as `npm start` runs it, on fresh data and without rate limits, each part on the core that is its own. */
export async function startNode(cores: Cores, env: Record<string, string> = {}): Promise<MeasuredNode> {
  const server = await startServer({ env: { TPX_LOG_LEVEL: 'warn', ...COLLECTABLE, ...env } });
  const postgresPid = postmasterOf(server.dataDir);
  if (cores) {
    pin(server.pid, cores.node);
    // What Postgres starts later follows its postmaster.
    const postgres = postgresPid === undefined ? [] : [postgresPid, ...descendants(postgresPid)];
    for (const pid of postgres) pin(pid, cores.postgres);
  }
  const { hostname: host, port } = new URL(server.url);
  return {
    pid: server.pid,
    place: { host, port: Number(port) },
    postgresPid,
    output: () => server.output(),
    openDatabase: (connections) =>
      openDatabase({ ...databasePlace(process.env.TPX_DATABASE_URL, server.dataDir), connections }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function postmasterOf(dataDir: string): number | undefined {
  const file = join(dataDir, 'postgres', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}
