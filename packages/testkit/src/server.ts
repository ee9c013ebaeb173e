import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './free-port.ts';
import { killTree, processTree, stillAlive } from './process-tree.ts';
import { until } from './until.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

export type ServerOptions = {
  /** A real database; unset means the embedded one. TPX_DATABASE_URL of the test run is the default. */
  databaseUrl?: string;
  /** Kept after the test where given; else a temporary folder that goes with the server. */
  dataDir?: string;
  /** More TPX_* variables, or others that the server should see. */
  env?: Record<string, string>;
  readyTimeoutMs?: number;
  /** Words before the command; what they name has to become the server in the end (`exec`). */
  prefix?: readonly string[];
};

/**
 * A real server in a process group of its own, with ports and data of its own. Disposing of it kills what is left of it
 * and removes its temporary data.
 */
export class TestServer implements AsyncDisposable {
  readonly url: string;
  readonly tcpPort: number;
  readonly dataDir: string;
  readonly #temporary: string | undefined;
  readonly #options: ServerOptions;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #exit: Promise<string> = Promise.resolve('not started');
  #ended = true;
  #output = '';

  constructor(
    options: ServerOptions,
    port: number,
    tcpPort: number,
    dataDir: string,
    temporary: string | undefined,
  ) {
    this.#options = options;
    this.url = `http://127.0.0.1:${port}`;
    this.tcpPort = tcpPort;
    this.dataDir = dataDir;
    this.#temporary = temporary;
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TPX_'));
    const databaseUrl = options.databaseUrl ?? process.env.TPX_DATABASE_URL;
    this.#env = {
      ...Object.fromEntries(inherited),
      TPX_HOST: '127.0.0.1',
      TPX_PORT: String(port),
      TPX_TCP_PORT: String(tcpPort),
      TPX_DATA_DIR: dataDir,
      TPX_RATE_LIMITS: 'off',
      ...(databaseUrl && { TPX_DATABASE_URL: databaseUrl }),
      ...options.env,
    };
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('The server is not running.');
    return this.#child.pid;
  }

  /** Everything that it has written to stdout and stderr, over restarts. */
  output(): string {
    return this.#output;
  }

  /** Waits until it has written this. Its output comes through a pipe, later than what else shows that it happened. */
  async wrote(text: string): Promise<void> {
    await until(() => this.#output.includes(text), { what: `the output to contain "${text}"` });
  }

  /** Starts the process and waits until it is ready to serve. */
  async start(): Promise<void> {
    if (!this.#ended) throw new Error('The server is already running.');
    this.#launch();
    const readyTimeoutMs = this.#options.readyTimeoutMs ?? 60_000;
    try {
      await until(
        async () => {
          if (this.#ended) return true;
          const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) });
          return answer.status === 200;
        },
        { what: `${this.url}/readyz to answer 200`, timeoutMs: readyTimeoutMs, everyMs: 20 },
      );
    } catch (error) {
      await this.kill();
      throw new Error(`The server did not become ready. Its output:\n${this.#output}`, { cause: error });
    }
    if (this.#ended) {
      throw new Error(`The server ended at its start with ${await this.#exit}. Its output:\n${this.#output}`);
    }
  }

  #launch(): void {
    const words = [...(this.#options.prefix ?? []), process.execPath, 'apps/server/src/main.ts'];
    const [command = '', ...args] = words;
    const child = spawn(command, args, {
      cwd: REPOSITORY,
      env: this.#env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#ended = false;
    const collect = (chunk: Buffer) => {
      this.#output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.#exit = new Promise((done) => {
      child.once('error', (error) => {
        this.#ended = true;
        done(error.message);
      });
      child.once('exit', (code, signal) => {
        this.#ended = true;
        done(signal ?? `code ${code}`);
      });
    });
  }

  /** SIGTERM; the server drains and ends with code 0, else this throws with its output. */
  async stop(timeoutMs = 20_000): Promise<void> {
    if (this.#ended) return;
    process.kill(this.pid, 'SIGTERM');
    await until(() => this.#ended, { what: 'the server to end after SIGTERM', timeoutMs }).catch(
      async (error) => {
        await this.kill();
        throw new Error(`${(error as Error).message} Its output:\n${this.#output}`);
      },
    );
    const how = await this.#exit;
    if (how !== 'code 0')
      throw new Error(`SIGTERM ended the server with ${how}. Its output:\n${this.#output}`);
  }

  /** Resolves once the process has ended, by whatever cause, with how it did. */
  ended(): Promise<string> {
    return this.#exit;
  }

  /** SIGKILL to the whole group, Postgres included, as a power cut would. */
  async kill(): Promise<void> {
    if (this.#ended) return;
    const tree = processTree(this.pid);
    killTree(this.pid);
    await this.#exit;
    await until(() => stillAlive(tree).length === 0, {
      what: 'the killed processes to be gone',
      everyMs: 50,
      timeoutMs: 30_000,
    });
  }

  /** Starts again on the same ports and data; what still runs is stopped first. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#temporary) await rm(this.#temporary, { recursive: true, force: true });
  }
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const temporary = options.dataDir ? undefined : await temporaryFolder();
  const dataDir = options.dataDir ?? join(temporary ?? '', 'data');
  const server = new TestServer(options, await freePort(), await freePort(), dataDir, temporary);
  try {
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** Open to other users to pass through: where root runs the tests, Postgres runs as somebody else. */
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tpx-test-'));
  await chmod(folder, 0o755);
  return folder;
}
