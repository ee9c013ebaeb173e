import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { SQL } from 'bun';
import { chooseAccount } from './embedded-account.ts';
import { findPackage, placeBinaries } from './embedded-binaries.ts';
import { clusterFolder, clusterOwner, prepareCluster } from './embedded-cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { type ClusterPlace, clearLeftovers, clusterName, lockCluster } from './embedded-leftovers.ts';
import { lockDataDir, unusable } from './embedded-locks.ts';
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
  /** Resolves, with the reason, when the server of this moment ends without `stop`. */
  readonly exited: Promise<string>;
  /** Starts the server again, at the same address, after it has `exited`. Rejects like the first start; pending after a stop. */
  restart(): Promise<void>;
  /** Shuts down and gives up the data folder; a second call waits for the first. */
  stop(): Promise<void>;
}

const BACKENDS_END_WITHIN_MS = 30_000;
const RETRY_MS = 100;
/** Owned by root all the way up, unlike a temporary folder: nobody else can put binaries there. */
const ROOT_CACHE = '/var/cache/tpx';

/**
 * One PostgreSQL below `dataDir`, for this node alone. Rejects with EmbeddedPostgresError, a sentence. Repairs by
 * itself what a `kill -9` left: a server still running, a cluster to recover or half made. On Linux the server shuts
 * down by itself when the thread that called this ends, so call it from the main thread.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, lock } = takeDataDir(options.dataDir);
  try {
    const started = await startCluster(dataDir, options.log);
    return new RunningPostgres(dataDir, options.log, started, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Started {
  readonly postmaster: Postmaster;
  readonly socketFolder: string;
  readonly socket: string;
}

class RunningPostgres implements EmbeddedPostgres {
  readonly #dataDir: string;
  readonly #log: (line: string) => void;
  readonly #lock: { release(): void };
  #started: Started;
  #restarting: Promise<unknown> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(dataDir: string, log: (line: string) => void, started: Started, lock: { release(): void }) {
    this.#dataDir = dataDir;
    this.#log = log;
    this.#started = started;
    this.#lock = lock;
  }

  get url(): string {
    const query = new URLSearchParams({ host: this.#started.socketFolder, port: PORT, user: ROLE });
    return `postgres:///${DATABASE}?${query}`;
  }

  get address(): { unix: string; user: string; database: string } {
    return { unix: this.#started.socket, user: ROLE, database: DATABASE };
  }

  get pid(): number {
    return this.#started.postmaster.pid;
  }

  get exited(): Promise<string> {
    const { postmaster } = this.#started;
    return new Promise((resolve) => {
      void postmaster.ended.then((reason) => {
        if (this.#stopped === undefined) resolve(reason);
      });
    });
  }

  restart(): Promise<void> {
    // A stop gives up the data folder: from then on another node may have it.
    if (this.#stopped) return new Promise(() => undefined);
    const again = startCluster(this.#dataDir, this.#log).then((started) => {
      this.#started = started;
    });
    this.#restarting = again.catch(() => undefined);
    return again;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await this.#restarting;
    const { postmaster, socketFolder } = this.#started;
    try {
      await postmaster.stop();
    } finally {
      if (!socketFolder.startsWith(this.#dataDir)) rmSync(socketFolder, { recursive: true, force: true });
      this.#lock.release();
    }
  }
}

function takeDataDir(path: string): { dataDir: string; lock: { release(): void } } {
  try {
    mkdirSync(path, { recursive: true });
    const dataDir = realpathSync(path);
    return { dataDir, lock: lockDataDir(dataDir) };
  } catch (error) {
    throw error instanceof EmbeddedPostgresError ? error : unusable(path, error);
  }
}

async function startCluster(dataDir: string, log: (line: string) => void): Promise<Started> {
  const account = chooseAccount(clusterOwner(dataDir));
  const binaries = placeBinaries(findPackage(), account, account === null ? dataDir : ROOT_CACHE);
  const place = { dataDir, cluster: clusterFolder(dataDir), name: clusterName(dataDir), log };
  const lock = await lockCluster(place);
  try {
    await prepareCluster(dataDir, account, binaries, lock, log);
    await clearLeftovers(place);
    const { folder, socket } = makeSocketFolder(dataDir, place.name.replace('tpx-', ''), account);
    const postmaster = await startPatiently(place, {
      binary: binaries.postgres,
      cluster: place.cluster,
      clusterName: place.name,
      socketFolder: folder,
      account,
      lock,
      log,
    });
    try {
      await createDatabase(socket);
    } catch (error) {
      await postmaster.stop();
      throw error;
    }
    return { postmaster, socketFolder: folder, socket };
  } finally {
    // From here on it is the server's alone, so that a restart waits for what is left of this one.
    lock.release();
  }
}

async function startPatiently(place: ClusterPlace, options: PostmasterOptions): Promise<Postmaster> {
  const deadline = Date.now() + BACKENDS_END_WITHIN_MS;
  for (;;) {
    try {
      return await startPostmaster(options);
    } catch (error) {
      if (!(error instanceof ClusterInUse) || Date.now() > deadline) throw error;
      await Bun.sleep(RETRY_MS);
      await clearLeftovers(place);
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
