import { afterAll, expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createGroup, createPerson, freePort, killTree, processTree, stillAlive, until } from '@tpx/testkit';
import type { Subprocess } from 'bun';
import { Clients, Heard, ok, text } from './phoenix-client.fixture.ts';

const REPOSITORY = resolve(import.meta.dirname, '..');
const embedded = process.env.TPX_DATABASE_URL === undefined;
const scratch = mkdtempSync(join(tmpdir(), 'tpx-keep-'));
chmodSync(scratch, 0o755);
const started: Kept[] = [];

afterAll(async () => {
  for (const { child } of started) killTree(child.pid);
  await Promise.all(started.map(({ child }) => child.exited));
  rmSync(scratch, { recursive: true, force: true });
});

/** What `npm start` runs, with a node below it. */
class Kept {
  readonly url: string;
  readonly dataDir = join(scratch, `data-${started.length}`);
  readonly child: Subprocess<'ignore', 'pipe', 'pipe'>;
  output = '';

  constructor(port: number, env: Record<string, string> = {}) {
    this.url = `http://127.0.0.1:${port}`;
    const inherited = Object.entries(process.env).filter(
      ([name]) => !name.startsWith('TPX_') || name === 'TPX_DATABASE_URL',
    );
    this.child = Bun.spawn(['node', 'scripts/start.mjs'], {
      cwd: REPOSITORY,
      env: {
        ...Object.fromEntries(inherited),
        TPX_HOST: '127.0.0.1',
        TPX_PORT: String(port),
        TPX_DATA_DIR: this.dataDir,
        TPX_RATE_LIMITS: 'off',
        ...env,
      },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    started.push(this);
    for (const stream of [this.child.stdout, this.child.stderr]) void this.#collect(stream);
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream) this.output += new TextDecoder().decode(chunk);
  }

  /** The node's process: the first below the one that keeps it. */
  get node(): number {
    const pid = processTree(this.child.pid)[1];
    if (pid === undefined) throw new Error(`There is no node. Output:\n${this.output}`);
    return pid;
  }

  async isReady(): Promise<void> {
    await until(
      async () => {
        const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) });
        return answer.status === 200;
      },
      { what: `${this.url}/readyz to answer 200`, timeoutMs: 60_000 },
    ).catch((error) => {
      throw new Error(`${error.message} Output:\n${this.output}`);
    });
  }
}

test('START-11 a node that is killed again and again is back with all that it acknowledged, and clients with it', async () => {
  const kept = new Kept(await freePort());
  await kept.isReady();
  using clients = new Clients();
  const alice = await createPerson(kept, 'alice');
  const group = await createGroup(alice);
  const channel = clients.connect(kept, alice.tokens.access_token).channel(`group:${group.id}`);
  const heard = new Heard(channel, ['message']);
  await ok(channel.join());
  for (const round of [1, 2, 3]) {
    await ok(channel.push('message', text(`round ${round}`)));
    const { node } = kept;
    process.kill(node, 'SIGKILL');
    await until(() => kept.output.split('The node ended with SIGKILL.').length === round + 1, {
      what: 'it to be said',
    });
    await kept.isReady();
    await until(() => channel.state === 'joined', { what: 'the client to be back', timeoutMs: 30_000 });
    expect(kept.node).not.toBe(node);
  }
  await ok(channel.push('message', text('at the end')));
  const { body } = await alice.api.call<{ messages: { content: { text?: string } }[] }>(
    'GET',
    `/groups/${group.id}/messages`,
  );
  const stored = body.messages.map(({ content }) => content.text);
  expect(stored.slice(-4)).toEqual(['round 1', 'round 2', 'round 3', 'at the end']);
  await until(() => heard.of('message').length === 4, { what: 'each message once' });
  const { node } = kept;
  kept.child.kill('SIGTERM');
  expect(await kept.child.exited).toBe(0);
  expect(stillAlive([node])).toEqual([]);
}, 120_000);

test('START-11 a node that stands still is killed and started again', async () => {
  const kept = new Kept(await freePort());
  await kept.isReady();
  const { node } = kept;
  process.kill(node, 'SIGSTOP');
  await until(() => kept.output.includes('The node ended with SIGKILL. It is started again now.'), {
    what: 'another node to be started',
    timeoutMs: 60_000,
  });
  expect(kept.output).toContain('The node has stood still for 20 s. It is killed.');
  await kept.isReady();
  kept.child.kill('SIGINT');
  expect(await kept.child.exited).toBe(0);
}, 150_000);

test.if(embedded)(
  'START-10 a PostgreSQL that is killed is back below the same node and its clients',
  async () => {
    const kept = new Kept(await freePort());
    await kept.isReady();
    using clients = new Clients();
    const alice = await createPerson(kept, 'alice');
    const group = await createGroup(alice);
    const channel = clients.connect(kept, alice.tokens.access_token).channel(`group:${group.id}`);
    await ok(channel.join());
    await ok(channel.push('message', text('before')));
    const { node } = kept;
    const postmaster = Number.parseInt(
      readFileSync(join(kept.dataDir, 'postgres', 'postmaster.pid'), 'utf8'),
      10,
    );
    process.kill(postmaster, 'SIGKILL');
    await until(() => kept.output.includes('The embedded PostgreSQL runs again.'), {
      what: 'PostgreSQL to be back',
      timeoutMs: 30_000,
    });
    expect(kept.output).toContain('The embedded PostgreSQL has ended (PostgreSQL');
    await kept.isReady();
    await ok(channel.push('message', text('after'), 30_000));
    const { body } = await alice.api.call<{ messages: { content: { text?: string } }[] }>(
      'GET',
      `/groups/${group.id}/messages`,
    );
    expect(body.messages.slice(-2).map(({ content }) => content.text)).toEqual(['before', 'after']);
    expect(kept.node).toBe(node);
    kept.child.kill('SIGTERM');
    expect(await kept.child.exited).toBe(0);
  },
  120_000,
);

test('START-11 a first start that fails ends at once with its sentence and code', async () => {
  const kept = new Kept(await freePort(), { TPX_PROT: '1' });
  expect(await kept.child.exited).toBe(1);
  expect(kept.output).not.toContain('started again');
});

test.if(process.platform === 'linux')(
  'START-11 a node whose keeper is killed drains, and its port is free',
  async () => {
    const kept = new Kept(await freePort());
    await kept.isReady();
    const tree = processTree(kept.child.pid);
    kept.child.kill('SIGKILL');
    await until(() => stillAlive(tree).length === 0, { what: 'the node to have ended', timeoutMs: 30_000 });
  },
);
