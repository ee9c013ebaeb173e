import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { nameAtPostgres } from './cluster/nodes-at-postgres.ts';
import { composeNode, type Node, type Worker } from './compose.ts';
import type { Config } from './config/config.ts';
import { type DatabaseAddress, openDatabase } from './db/bun-database.ts';
import { migrate } from './db/migrate.ts';

/** Rewriting a large table takes long, and there is nobody yet whom it keeps waiting. */
const MIGRATED_WITHIN_MS = 24 * 3_600_000;

type Given = { config: Config; address: DatabaseAddress; log: Logger; worker?: Worker };

/** A node that serves at `url`. */
export type StartedNode = { url: URL; stop(): Promise<void> };

export async function startNode({ config, address, log, worker }: Given): Promise<StartedNode> {
  await bringUpToDate(address);
  const nodeId = crypto.randomUUID();
  const database = openDatabase({
    ...address,
    name: nameAtPostgres(nodeId),
    connections: config.databaseConnections,
    statementTimeoutMs: config.statementTimeoutMs,
    onTrouble: (sentence) => log.warn(sentence),
  });
  let node: Node;
  let url: URL;
  try {
    node = await composeNode({ nodeId, config, database, log, worker, version: packageJson.version });
    url = node.listen();
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    url,
    async stop() {
      await node.drain();
      await database.close();
    },
  };
}

async function bringUpToDate(address: DatabaseAddress): Promise<void> {
  const database = openDatabase({ ...address, connections: 1, statementTimeoutMs: MIGRATED_WITHIN_MS });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
}
