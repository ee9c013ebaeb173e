import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@tpx/testkit';
import { SQL, type Subprocess } from 'bun';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { processStart } from './embedded-process.ts';
import { tryLock } from './file-lock.ts';

const fixture = join(import.meta.dirname, 'embedded-postgres.fixture.ts');
const scratch = mkdtempSync(join(tmpdir(), 'tpx-locks-'));
const template = join(scratch, 'template');
const children: Subprocess[] = [];
let copies = 0;

/** What keeps two containers apart, as far as the node sees. */
const CONTAINERS = [
  ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'],
  ['unshare', '--pid', '--ipc', '--fork', '--mount-proc', '--kill-child'],
];
const canUnshare = CONTAINERS.every((prefix) => {
  try {
    return Bun.spawnSync([...prefix, 'true']).success;
  } catch {
    return false;
  }
});

beforeAll(async () => {
  chmodSync(scratch, 0o755);
  const first = await start(template);
  await query(first, 'create table kept (id int)');
  await first.stop();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exited));
  rmSync(scratch, { recursive: true, force: true });
});

test('START-6 a second node on the same data folder is refused under each name of it, and the first goes on', async () => {
  const dataDir = copyOfTemplate();
  const other = join(scratch, 'other-name');
  symlinkSync(dataDir, other);
  const server = await start(dataDir);
  for (const path of [dataDir, other, `${other}/../other-name/.`]) {
    await expect(start(path)).rejects.toThrow(
      /^Another node \(process \d+ on .+\) is using .+\. Stop it, or give this one/,
    );
  }
  rmSync(join(dataDir, 'node.lock'));
  await expect(start(dataDir)).rejects.toThrow('Another node');
  expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
  await (await start(other)).stop();
});

test('START-6 of several starts at the same moment one succeeds', async () => {
  const dataDir = copyOfTemplate();
  const outcomes = await Promise.all(Array.from({ length: 3 }, () => tryNode([], dataDir)));
  expect(outcomes.map(({ node }) => node !== undefined).sort()).toEqual([false, false, true]);
  for (const { said } of outcomes) if (said !== '') expect(said).toContain('Another node');
});

test.skipIf(!canUnshare)(
  'START-6 a node in another container is refused, and the first keeps all that it stored (needs root)',
  async () => {
    const dataDir = copyOfTemplate();
    const first = await start(dataDir);
    for (const prefix of CONTAINERS) {
      await query(first, 'insert into kept values (1)');
      const { node, said } = await tryNode(prefix, dataDir);
      expect(node).toBeUndefined();
      expect(said).toContain(`Another node (process ${process.pid} on`);
    }
    expect(await query(first, 'select count(*)::int as rows from kept')).toEqual([{ rows: 2 }]);
    await first.stop();
    // The other way round: what runs in a container is not seen by its process ids from outside either.
    for (const prefix of CONTAINERS) {
      const { node } = await tryNode(prefix, dataDir);
      await expect(start(dataDir)).rejects.toThrow('Another node');
      // The whole container with it.
      node?.child.kill('SIGKILL');
      await until(() => !isLocked(dataDir), { what: 'the container to be gone' });
    }
    const again = await start(dataDir);
    expect(await query(again, 'select count(*)::int as rows from kept')).toEqual([{ rows: 2 }]);
    await again.stop();
  },
);

test.skipIf(process.platform !== 'linux')(
  'START-9 the PostgreSQL of a killed node that stands still is refused here and in another container, and left alone',
  async () => {
    const dataDir = copyOfTemplate();
    const { node } = await tryNode([], dataDir);
    if (node === undefined) throw new Error('it did not start');
    await query(node, 'insert into kept values (3)');
    const server = node.pid;
    process.kill(server, 'SIGSTOP');
    try {
      node.child.kill('SIGKILL');
      await node.child.exited;
      const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
      const before = readFileSync(pidFile, 'utf8');
      await expect(start(dataDir)).rejects.toThrow(
        `(process ${server}) still has this data folder and stands still`,
      );
      if (canUnshare) {
        const outcomes = await Promise.all(CONTAINERS.map((prefix) => tryNode(prefix, dataDir)));
        // One of them may find the other: each is refused.
        expect(outcomes.map(({ node: started }) => started)).toEqual([undefined, undefined]);
        expect(outcomes.map(({ said }) => said).join()).toContain(
          'A PostgreSQL that cannot be seen from here',
        );
      }
      expect(readFileSync(pidFile, 'utf8')).toBe(before);
      expect(processStart(server)).not.toBeNull();
    } finally {
      process.kill(server, 'SIGCONT');
    }
    const again = await start(dataDir);
    expect(await query(again, 'select id from kept')).toEqual([{ id: 3 }]);
    await again.stop();
  },
);

test('START-9 a server that outlived its folder’s name is known by its lock', async () => {
  const before = copyOfTemplate();
  const { node } = await tryNode([], before);
  if (node === undefined) throw new Error('it did not start');
  const moved = `${before}-moved`;
  Bun.spawnSync(['mv', before, moved]);
  await expect(start(moved)).rejects.toThrow('Another node');
  node.child.kill('SIGKILL');
  await node.child.exited;
  const again = await start(moved);
  expect(await query(again, 'select count(*)::int as rows from kept')).toEqual([{ rows: 0 }]);
  await again.stop();
});

test('START-6 a copy of the folder of a running node starts, and both go on', async () => {
  const dataDir = copyOfTemplate();
  const first = await start(dataDir);
  await query(first, 'checkpoint');
  const copy = `${dataDir}-copy`;
  Bun.spawnSync(['cp', '-a', dataDir, copy]);
  const second = await start(copy);
  await query(second, 'insert into kept values (1)');
  expect(await query(first, 'select count(*)::int as rows from kept')).toEqual([{ rows: 0 }]);
  await Promise.all([first.stop(), second.stop()]);
});

test('START-9 no other program that the node starts inherits a lock', async () => {
  const dataDir = copyOfTemplate();
  const server = await start(dataDir);
  children.push(Bun.spawn(['sleep', '600']));
  await server.stop();
  await (await start(dataDir)).stop();
});

test.skipIf(process.getuid?.() !== 0)(
  'START-1 a data folder on a read-only file system is refused with a sentence (needs root)',
  async () => {
    const dataDir = join(scratch, 'read-only');
    mkdirSync(dataDir);
    const script = `mount -t tmpfs -o ro tmpfs '${dataDir}' && exec '${process.execPath}' '${fixture}' '${dataDir}'`;
    const { said } = await tryNode(['unshare', '--mount', 'sh', '-c', script], dataDir);
    expect(said).toContain(`The data folder ${dataDir} cannot be used (`);
  },
);

type Node = Pick<EmbeddedPostgres, 'pid' | 'address'> & { child: Subprocess };

function start(dataDir: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, log: () => undefined });
}

/** A node as a process of its own, below `prefix`; or what it said instead of starting. */
async function tryNode(prefix: string[], dataDir: string): Promise<{ node: Node | undefined; said: string }> {
  const child = Bun.spawn([...prefix, process.execPath, fixture, dataDir], {
    stdout: 'pipe',
    stderr: 'pipe',
  });
  children.push(child);
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) return { node: undefined, said: await child.stderr.text() };
  const { pid, address }: Node = JSON.parse(new TextDecoder().decode(value));
  return { node: { pid, address, child }, said: '' };
}

async function query({ address }: Pick<EmbeddedPostgres, 'address'>, text: string): Promise<unknown[]> {
  const { unix, user, database } = address;
  const sql = new SQL({ adapter: 'postgres', path: unix, username: user, database, max: 1 });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.close();
  }
}

function isLocked(dataDir: string): boolean {
  const locks = ['node.lock', 'postgres.lock'].map((name) => tryLock(join(dataDir, name), 'file'));
  for (const lock of locks) lock?.release();
  return locks.includes(null);
}

function copyOfTemplate(): string {
  copies += 1;
  const dataDir = join(scratch, `data-${copies}`);
  Bun.spawnSync(['cp', '-a', template, dataDir]);
  return dataDir;
}
