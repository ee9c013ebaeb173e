import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@tpx/server/db/embedded-postgres.ts';
import { processTree } from '@tpx/testkit';

/** A PostgreSQL of the test's own, to be stopped, killed and paused below a node. */
export class OwnPostgres implements AsyncDisposable {
  readonly #folder: string;
  #postgres: EmbeddedPostgres | undefined;
  #paused: number[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<OwnPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'tpx-outage-'));
    // Postgres runs as another user where root runs the tests.
    await chmod(folder, 0o755);
    const own = new OwnPostgres(folder);
    await own.start();
    return own;
  }

  get #running(): EmbeddedPostgres {
    if (!this.#postgres) throw new Error('PostgreSQL is stopped.');
    return this.#postgres;
  }

  get url(): string {
    return this.#running.url;
  }

  async start(): Promise<void> {
    this.#postgres = await startEmbeddedPostgres({
      dataDir: join(this.#folder, 'data'),
      log: () => undefined,
    });
  }

  async stop(): Promise<void> {
    await this.#postgres?.stop();
    this.#postgres = undefined;
  }

  async kill(): Promise<void> {
    const { exited, pid } = this.#running;
    process.kill(pid, 'SIGKILL');
    await exited;
    // Gives up the data folder.
    await this.stop();
  }

  /** A cold copy of its data as they are now; it is running again afterwards. */
  async copyData(): Promise<void> {
    await this.stop();
    await rm(join(this.#folder, 'copy'), { recursive: true, force: true });
    await copy(join(this.#folder, 'data'), join(this.#folder, 'copy'));
    await this.start();
  }

  /** Its data are those of the copy again; it is running afterwards. */
  async putCopyBack(): Promise<void> {
    await this.stop();
    await rm(join(this.#folder, 'data'), { recursive: true });
    await copy(join(this.#folder, 'copy'), join(this.#folder, 'data'));
    await this.start();
  }

  /** Every process of it stands still: connections stay open, and nothing is answered. */
  pause(): void {
    // The postmaster first, so that it starts no more.
    process.kill(this.#running.pid, 'SIGSTOP');
    this.#paused = processTree(this.#running.pid);
    for (const pid of this.#paused) process.kill(pid, 'SIGSTOP');
  }

  /** Connections that are there now are never answered again; new ones are. */
  pauseConnections(): void {
    this.#paused = processTree(this.#running.pid).filter((pid) => commandOf(pid).endsWith(' idle'));
    for (const pid of this.#paused) process.kill(pid, 'SIGSTOP');
  }

  resume(): void {
    for (const pid of this.#paused) process.kill(pid, 'SIGCONT');
    this.#paused = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume();
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** With the owners of the files: Postgres takes no data of another user. */
async function copy(from: string, to: string): Promise<void> {
  const { exitCode, stderr } = Bun.spawnSync(['cp', '-a', from, to]);
  if (exitCode !== 0) throw new Error(stderr.toString());
}

/** A backend that waits for its client calls itself `postgres: tpx tpx [local] idle`. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
