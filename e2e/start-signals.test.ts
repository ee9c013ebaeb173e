import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, hasNats, processTree, startNats, stillAlive, type TestNats, until } from '@tpx/testkit';

const REPOSITORY = resolve(import.meta.dirname, '..');
const databaseUrl = process.env.TPX_DATABASE_URL;

const folder = await mkdtemp(join(tmpdir(), 'tpx-signals-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A node that starts in a data folder of its own. */
class Start implements AsyncDisposable {
  readonly dataDir: string;
  readonly port: number;
  output = '';
  readonly #child: Bun.Subprocess<'ignore', 'pipe', 'pipe'>;

  constructor(
    command: readonly string[],
    settings: Record<string, string>,
    { dataDir, port, tcpPort }: Place,
  ) {
    this.dataDir = dataDir;
    this.port = port;
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TPX_'));
    this.#child = Bun.spawn([...command], {
      cwd: REPOSITORY,
      env: {
        ...Object.fromEntries(inherited),
        TPX_PORT: String(port),
        TPX_TCP_PORT: String(tcpPort),
        TPX_DATA_DIR: dataDir,
        TPX_RATE_LIMITS: 'off',
        ...(databaseUrl && { TPX_DATABASE_URL: databaseUrl }),
        ...settings,
      },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    void this.#collect(this.#child.stdout);
    void this.#collect(this.#child.stderr);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get ended(): Promise<string> {
    return this.#child.exited.then((code) => String(this.#child.signalCode ?? `code ${code}`));
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async serves(): Promise<void> {
    await until(async () => (await fetch(`http://127.0.0.1:${this.port}/readyz`)).status === 200, {
      what: 'the node to serve',
      timeoutMs: 60_000,
    });
  }

  /** Resolves once it has written so many lines. */
  async lines(count: number): Promise<void> {
    await until(() => this.hasEnded || this.output.split('\n').length > count, {
      what: `${count} lines`,
      everyMs: 1,
      timeoutMs: 60_000,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.hasEnded) this.#child.kill('SIGTERM');
    await this.ended;
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.output += decoder.decode(chunk, { stream: true });
  }
}

type Place = { dataDir: string; port: number; tcpPort: number };

const NODE = [process.execPath, 'apps/server/src/main.ts'];

async function newPlace(): Promise<Place> {
  const dataDir = await mkdtemp(join(folder, 'data-'));
  return { dataDir, port: await freePort(), tcpPort: await freePort() };
}

/** How many lines a first start writes until its greeting begins. */
async function linesOfAStart(command: readonly string[], settings: Record<string, string>): Promise<number> {
  await using start = new Start(command, settings, await newPlace());
  await until(() => start.output.includes('TPX is at'), { what: 'the greeting', timeoutMs: 60_000 });
  return start.output.slice(0, start.output.indexOf('TPX is at')).split('\n').length;
}

/**
 * Sends the signal after each line of a first start, and expects that it ends with 0 and leaves nothing that runs.
 * Gives where the last of them was.
 */
async function expectCleanEnds(
  command: readonly string[],
  settings: Record<string, string>,
  signal: NodeJS.Signals,
): Promise<Place> {
  const count = await linesOfAStart(command, settings);
  let place = await newPlace();
  for (let after = 1; after <= count; after++) {
    place = await newPlace();
    await using start = new Start(command, settings, place);
    await start.lines(after);
    const tree = processTree(start.pid);
    process.kill(start.pid, signal);
    expect(`${await start.ended}, after ${after} lines: ${start.output}`).toStartWith('code 0, after');
    await until(() => stillAlive(tree).length === 0, { what: `all processes to end: ${start.output}` });
  }
  return place;
}

describe('START-2 a signal during the start', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s ends a node with 0, at any time',
    async (signal) => {
      const place = await expectCleanEnds(NODE, {}, signal);
      await using start = new Start(NODE, {}, place);
      await start.serves();
    },
  );

  test('SIGTERM ends npm start with 0, at any time', async () => {
    await expectCleanEnds(['node', 'scripts/start.mjs'], {}, 'SIGTERM');
  });
});

describe.skipIf(!hasNats)('START-2 a signal during the start of workers', () => {
  let nats: TestNats | undefined;
  afterAll(() => nats?.stop());
  const settings = async () => {
    nats ??= await startNats();
    return { TPX_WORKERS: '2', TPX_NATS_URL: nats.url };
  };

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends all with 0, at any time', async (signal) => {
    await expectCleanEnds(NODE, await settings(), signal);
  });

  test('SIGHUP leaves all running, at any time', async () => {
    const count = await linesOfAStart(NODE, await settings());
    for (let after = 1; after <= count; after++) {
      await using start = new Start(NODE, await settings(), await newPlace());
      await start.lines(after);
      process.kill(start.pid, 'SIGHUP');
      await start.serves();
      process.kill(start.pid, 'SIGTERM');
      expect(await start.ended).toBe('code 0');
    }
  });
});
