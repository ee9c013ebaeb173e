import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { SQL } from 'bun';
import { chooseAccount } from './embedded-account.ts';
import { findPackage, placeBinaries } from './embedded-binaries.ts';
import { clusterFolder, clusterOwner, prepareCluster } from './embedded-cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { clearLeftovers, clusterName } from './embedded-leftovers.ts';
import { lockDataDir } from './embedded-node-lock.ts';
import {
  ClusterInUse,
  type Postmaster,
  type PostmasterOptions,
  startPostmaster,
} from './embedded-postmaster.ts';
import { DATABASE, PORT, ROLE } from './embedded-settings.ts';
import { makeSocketFolder } from './embedded-socket-folder.ts';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** Gets sentences: first start, recovery and its progress, trouble. Not PostgreSQL's whole log. */
  readonly log: (line: string) => void;
}

export interface EmbeddedPostgres {
  /**
   * `postgres:///tpx?host=<folder>&port=5432&user=tpx`, for psql and for Bun's client. With Bun's client prefer
   * `address`: it lets PGDATABASE in the environment win over a URL's database.
   */
  readonly url: string;
  readonly address: { readonly unix: string; readonly user: string; readonly database: string };
  /** The server's process id. */
  readonly pid: number;
  /** Shuts down and gives up the data folder; a second call waits for the first. */
  stop(): Promise<void>;
  /** Resolves, with the reason, when the server ends without `stop`; the node can only end then, too. */
  readonly exited: Promise<string>;
}

const BACKENDS_END_WITHIN_MS = 30_000;
const RETRY_MS = 100;
/** Owned by root all the way up, unlike a temporary folder: nobody else can put binaries there. */
const ROOT_CACHE = '/var/cache/tpx';

/**
 * One PostgreSQL below `dataDir`, for this node alone. Rejects with EmbeddedPostgresError, a sentence. Repairs by
 * itself what a `kill -9` left: a stale lock, a server still running, a cluster to recover or half made. On Linux
 * the server shuts down by itself when the thread that called this ends, so call it from the main thread.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const { dataDir, lock } = takeDataDir(options.dataDir);
  try {
    const account = chooseAccount(clusterOwner(dataDir));
    const binaries = placeBinaries(findPackage(), account, account === null ? dataDir : ROOT_CACHE);
    await prepareCluster(dataDir, account, binaries, log);
    const name = clusterName(dataDir);
    const cluster = clusterFolder(dataDir);
    await clearLeftovers(cluster, name, log);
    const { folder, socket } = makeSocketFolder(dataDir, name.replace('tpx-', ''), account);
    const postmaster = await startPatiently({
      binary: binaries.postgres,
      cluster,
      clusterName: name,
      socketFolder: folder,
      account,
      log,
    });
    try {
      await createDatabase(socket);
    } catch (error) {
      await postmaster.stop();
      throw error;
    }
    return supervise(postmaster, folder, socket, () => {
      if (!folder.startsWith(dataDir)) rmSync(folder, { recursive: true, force: true });
      lock.release();
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

function takeDataDir(path: string): { dataDir: string; lock: { release(): void } } {
  try {
    mkdirSync(path, { recursive: true });
    const dataDir = realpathSync(path);
    return { dataDir, lock: lockDataDir(dataDir) };
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(
      `The data folder ${path} cannot be used (${String(error)}): make it writable for this user, or set TPX_DATA_DIR to another.`,
    );
  }
}

async function startPatiently(options: PostmasterOptions): Promise<Postmaster> {
  const deadline = Date.now() + BACKENDS_END_WITHIN_MS;
  for (;;) {
    try {
      return await startPostmaster(options);
    } catch (error) {
      if (!(error instanceof ClusterInUse) || Date.now() > deadline) throw error;
      await Bun.sleep(RETRY_MS);
      await clearLeftovers(options.cluster, options.clusterName, options.log);
    }
  }
}

async function createDatabase(socket: string): Promise<void> {
  const sql = new SQL({ adapter: 'postgres', path: socket, username: ROLE, database: 'postgres', max: 1 });
  try {
    const found = await sql`select 1 from pg_database where datname = ${DATABASE}`;
    if (found.length === 0) await sql.unsafe(`create database ${DATABASE}`);
  } finally {
    await sql.close();
  }
}

function supervise(
  postmaster: Postmaster,
  folder: string,
  socket: string,
  release: () => void,
): EmbeddedPostgres {
  let stopped: Promise<void> | undefined;
  const query = new URLSearchParams({ host: folder, port: PORT, user: ROLE });
  return {
    url: `postgres:///${DATABASE}?${query}`,
    address: { unix: socket, user: ROLE, database: DATABASE },
    pid: postmaster.pid,
    stop: () => {
      stopped ??= postmaster.stop().finally(release);
      return stopped;
    },
    exited: new Promise((resolve) => {
      void postmaster.ended.then((reason) => {
        if (stopped === undefined) resolve(reason);
      });
    }),
  };
}
