import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import type { Database } from '@tpx/server/db/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@tpx/server/db/embedded-postgres.ts';
import { startNats, startServer, type TestNats, type TestServer } from '@tpx/testkit';
import type { Place } from '../load/sockets.ts';
import { pin } from './cores.ts';
import { COLLECTABLE } from './measured-process.ts';
import { descendants } from './process-figures.ts';

export type ClusterPlan = {
  nodes: number;
  /** Kept afterwards where it is given. */
  dataDir?: string;
  withNats: boolean;
  /** Of each node. */
  databaseConnections: number;
  /** The core of the n-th node; undefined leaves it to the scheduler. */
  coreOf?(node: number): string;
  /** The core of Postgres and NATS. */
  core?: string;
};

/** Nodes of one cluster, each on a port of its own so that a client can choose; one PostgreSQL and one NATS. */
export class MeasuredCluster implements AsyncDisposable {
  readonly nodes: readonly TestServer[];
  readonly dataDir: string;
  readonly postgres: EmbeddedPostgres;
  readonly nats: TestNats | undefined;
  readonly #dispose: () => Promise<void>;

  constructor(
    nodes: readonly TestServer[],
    dataDir: string,
    postgres: EmbeddedPostgres,
    nats: TestNats | undefined,
    dispose: () => Promise<void>,
  ) {
    this.nodes = nodes;
    this.dataDir = dataDir;
    this.postgres = postgres;
    this.nats = nats;
    this.#dispose = dispose;
  }

  get places(): Place[] {
    return this.nodes.map(({ url }) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) }));
  }

  openDatabase(connections: number): Database {
    return openDatabase({ ...this.postgres.address, connections });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#dispose();
  }
}

/** Nodes that start at once compete for the cores, and each waits for the one that migrates. */
const STARTED_AT_ONCE = 4;

export async function startCluster(plan: ClusterPlan): Promise<MeasuredCluster> {
  const resources = new AsyncDisposableStack();
  try {
    const dataDir = plan.dataDir ?? (await temporaryFolder(resources));
    const postgres = await startEmbeddedPostgres({ dataDir, log: (line) => console.log(`  ${line}`) });
    resources.defer(() => postgres.stop());
    const nats = plan.withNats ? resources.use(await startNats()) : undefined;
    for (const pid of [postgres.pid, ...descendants(postgres.pid), ...(nats ? [nats.pid] : [])]) {
      if (plan.core) pin(pid, plan.core);
    }
    const env = {
      TPX_LOG_LEVEL: 'warn',
      TPX_DATABASE_CONNECTIONS: String(plan.databaseConnections),
      ...(nats && { TPX_NATS_URL: nats.url }),
      ...COLLECTABLE,
    };
    const nodes: TestServer[] = [];
    // The first alone: it migrates.
    for (let from = 0; from < plan.nodes; from = nodes.length) {
      const count = from === 0 ? 1 : Math.min(STARTED_AT_ONCE, plan.nodes - from);
      const started = Array.from({ length: count }, () => startServer({ databaseUrl: postgres.url, env }));
      for (const node of await Promise.all(started)) nodes.push(resources.use(node));
    }
    for (const [index, node] of nodes.entries()) if (plan.coreOf) pin(node.pid, plan.coreOf(index));
    const owned = resources.move();
    return new MeasuredCluster(nodes, dataDir, postgres, nats, () => owned.disposeAsync());
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

async function temporaryFolder(resources: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tpx-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL runs as another user where root measures.
  await chmod(folder, 0o755);
  return folder;
}
