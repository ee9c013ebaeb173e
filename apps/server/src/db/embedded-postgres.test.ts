import { afterAll, beforeAll, expect, test } from 'bun:test';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQL, type Subprocess } from 'bun';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { processStart } from './embedded-process.ts';

const fixture = join(import.meta.dirname, 'embedded-postgres.fixture.ts');
const isRoot = process.getuid?.() === 0;
const scratch = mkdtempSync(join(tmpdir(), 'tpx-embedded-'));
const template = join(scratch, 'template');
const servers: EmbeddedPostgres[] = [];
const children: Subprocess[] = [];
let log: string[] = [];
let copies = 0;

beforeAll(async () => {
  chmodSync(scratch, 0o755);
  const first = await start(template);
  await query(first, 'create table kept (id int)');
  await first.stop();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exited));
  for (const server of servers) await server.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('a first start makes a durable UTF-8 cluster that listens on its socket alone', async () => {
  const server = await start(copyOfTemplate());
  const settings = await query(
    server,
    `select name, setting from pg_settings where name in
       ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'server_encoding') order by name`,
  );
  expect(settings).toEqual([
    { name: 'fsync', setting: 'on' },
    { name: 'full_page_writes', setting: 'on' },
    { name: 'listen_addresses', setting: '' },
    { name: 'server_encoding', setting: 'UTF8' },
    { name: 'synchronous_commit', setting: 'on' },
  ]);
  expect(statSync(join(server.address.unix, '..')).mode & 0o777).toBe(0o700);
});

test('the url reaches the same database as the address', async () => {
  const server = await start(copyOfTemplate());
  const sql = new SQL(server.url, { max: 1, database: server.address.database });
  expect([...(await sql`select to_regclass('kept')::text as found`)]).toEqual([{ found: 'kept' }]);
  await sql.close();
});

test('a stopped server starts again with its data', async () => {
  const dataDir = copyOfTemplate();
  const before = await start(dataDir);
  await query(before, 'insert into kept values (1)');
  await before.stop();
  expect(await query(await start(dataDir), 'select id from kept')).toEqual([{ id: 1 }]);
});

test.skipIf(process.platform !== 'linux')(
  'a node killed with its whole group takes its server with it, and the next start has the data (Linux)',
  async () => {
    const dataDir = copyOfTemplate();
    const node = await startNode(dataDir);
    await query(node, 'insert into kept values (2)');
    process.kill(-node.child.pid, 'SIGKILL');
    await gone(node.pid);
    expect(await query(await start(dataDir), 'select id from kept')).toEqual([{ id: 2 }]);
  },
);

test('node and server killed at once: the next start recovers what was committed', async () => {
  const dataDir = copyOfTemplate();
  const node = await startNode(dataDir);
  await query(node, 'insert into kept values (3)');
  await killBoth(node);
  expect(await query(await start(dataDir), 'select id from kept')).toEqual([{ id: 3 }]);
  expect(log.join('\n')).toContain('automatic recovery in progress');
});

test('pid files whose process id now belongs to another program of the same user are seen through', async () => {
  const dataDir = copyOfTemplate();
  const node = await startNode(dataDir);
  await killBoth(node);
  const { uid, gid } = statSync(join(dataDir, 'postgres'));
  const stranger = keep(Bun.spawn(['sleep', '600'], isRoot ? { uid, gid } : {}));
  for (const file of [join(dataDir, 'postgres', 'postmaster.pid'), `${node.address.unix}.lock`]) {
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(stranger.pid)));
  }
  await start(dataDir);
  expect(processStart(stranger.pid)).not.toBeNull();
});

test('a server that an earlier node left running is stopped and replaced', async () => {
  const dataDir = copyOfTemplate();
  const node = await startNode(dataDir);
  const command = readCommand(node.pid);
  node.child.kill('SIGTERM');
  expect(await node.child.exited).toBe(0);
  // The same server once more, as a child of nobody's node: nothing ends it.
  const { uid, gid } = statSync(join(dataDir, 'postgres'));
  const leftover = keep(
    Bun.spawn(command, { cwd: join(dataDir, 'postgres'), stderr: 'pipe', ...(isRoot ? { uid, gid } : {}) }),
  );
  await lineWith(leftover.stderr, 'ready to accept connections');
  await query(node, 'insert into kept values (4)');

  const server = await start(dataDir);
  expect(await leftover.exited).toBe(0);
  expect(log[0]).toContain(`left running (process ${leftover.pid})`);
  expect(server.pid).not.toBe(leftover.pid);
  expect(await query(server, 'select id from kept')).toEqual([{ id: 4 }]);
});

test('an interrupted first start is begun anew', async () => {
  const dataDir = join(scratch, 'interrupted');
  mkdirSync(join(dataDir, 'postgres.new', 'base'), { recursive: true });
  writeFileSync(join(dataDir, 'postgres.new', 'PG_VERSION'), '18\n');
  await start(dataDir);
  expect(existsSync(join(dataDir, 'postgres.new'))).toBe(false);
});

test('a folder with other files, or of another version, is refused and left alone', async () => {
  const dataDir = join(scratch, 'foreign');
  mkdirSync(join(dataDir, 'postgres'), { recursive: true });
  writeFileSync(join(dataDir, 'postgres', 'thesis.txt'), 'years of work');
  await expect(start(dataDir)).rejects.toThrow('holds files but no PostgreSQL cluster');
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '9.6\n');
  await expect(start(dataDir)).rejects.toThrow('made by PostgreSQL 9.6');
  expect(readFileSync(join(dataDir, 'postgres', 'thesis.txt'), 'utf8')).toBe('years of work');
});

test('the death of the server is told, a stop is not', async () => {
  const dataDir = copyOfTemplate();
  const killed = await start(dataDir);
  process.kill(killed.pid, 'SIGKILL');
  expect(await killed.exited).toContain('ended with SIGKILL');
  await killed.stop();
  const stopped = await start(dataDir);
  await stopped.stop();
  expect(await Promise.race([stopped.exited, Promise.resolve('silent')])).toBe('silent');
});

test('START-10 a killed server starts again at the same address, with what was committed', async () => {
  const server = await start(copyOfTemplate());
  const { address, pid } = server;
  await query(server, 'insert into kept values (5)');
  process.kill(pid, 'SIGKILL');
  expect(await server.exited).toContain('ended with SIGKILL');
  await server.restart();
  expect(server.address).toEqual(address);
  expect(server.pid).not.toBe(pid);
  expect(await query(server, 'select id from kept')).toEqual([{ id: 5 }]);
});

test('a path too long for a socket puts the socket elsewhere', async () => {
  const dataDir = join(scratch, 'x'.repeat(100));
  Bun.spawnSync(['cp', '-a', template, dataDir]);
  const server = await start(dataDir);
  expect(server.address.unix.startsWith(dataDir)).toBe(false);
  expect(await query(server, 'select count(*)::int as rows from kept')).toEqual([{ rows: 0 }]);
  await server.stop();
  expect(existsSync(join(server.address.unix, '..'))).toBe(false);
});

test.skipIf(!isRoot)('data below a folder that only root may enter (needs root)', async () => {
  const closed = join(scratch, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const server = await start(join(closed, 'data'));
  await query(server, 'create table t as select generate_series(1, 1000) as i');
  await server.stop();
  const again = await start(join(closed, 'data'));
  expect(await query(again, 'select count(*)::int as rows from t')).toEqual([{ rows: 1000 }]);
});

/** The repository may lie where another user cannot read it, such as below /root. */
const nobodyCanRun =
  isRoot &&
  Bun.spawnSync(['setpriv', ...asNobody(), process.execPath, '-e', `await Bun.file('${fixture}').text()`])
    .success;

test.skipIf(!nobodyCanRun)('an ordinary user runs it directly (needs root, to become one)', async () => {
  const home = join(scratch, 'ordinary');
  mkdirSync(home);
  Bun.spawnSync(['chown', 'nobody', home]);
  const node = await startNode(join(home, 'data'), ['setpriv', ...asNobody()]);
  expect(await query(node, 'select current_database() as name')).toEqual([{ name: 'tpx' }]);
  expect(statSync(join(home, 'data', 'postgres')).uid).toBe(statSync(home).uid);
  node.child.kill('SIGTERM');
  expect(await node.child.exited).toBe(0);
  // Root takes over what another user began, and leaves it that user's.
  const server = await start(join(home, 'data'));
  expect(statSync(server.address.unix).uid).toBe(statSync(home).uid);
});

type Reachable = Pick<EmbeddedPostgres, 'pid' | 'address'>;

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  log = [];
  const server = await startEmbeddedPostgres({ dataDir, log: (line) => log.push(line) });
  servers.push(server);
  return server;
}

async function startNode(dataDir: string, prefix: string[] = []): Promise<Reachable & { child: Subprocess }> {
  const command = [...prefix, process.execPath, fixture, dataDir];
  const child = keep(Bun.spawn(command, { detached: true, stdout: 'pipe', stderr: 'inherit' }));
  const { pid, address }: Reachable = JSON.parse(await lineWith(child.stdout, '{'));
  return { pid, address, child };
}

async function killBoth({ pid, child }: { pid: number; child: Subprocess }): Promise<void> {
  process.kill(pid, 'SIGKILL');
  child.kill('SIGKILL');
  await child.exited;
  await gone(pid);
}

async function query({ address }: Reachable, text: string): Promise<unknown[]> {
  const { unix, user, database } = address;
  const sql = new SQL({ adapter: 'postgres', path: unix, username: user, database, max: 1 });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.close();
  }
}

async function gone(pid: number): Promise<void> {
  while (processStart(pid) !== null) await Bun.sleep(5);
}

async function lineWith(stream: ReadableStream<Uint8Array>, words: string): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    const line = text
      .split('\n')
      .slice(0, -1)
      .find((candidate) => candidate.includes(words));
    if (line !== undefined) return line;
  }
  throw new Error(`ended without '${words}': ${text}`);
}

function readCommand(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
}

function copyOfTemplate(): string {
  copies += 1;
  const dataDir = join(scratch, `data-${copies}`);
  Bun.spawnSync(['cp', '-a', template, dataDir]);
  return dataDir;
}

function keep<Child extends Subprocess>(child: Child): Child {
  children.push(child);
  return child;
}

function asNobody(): string[] {
  return ['--reuid=nobody', '--regid=nogroup', '--clear-groups', '--'];
}
