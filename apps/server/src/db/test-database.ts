import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabaseAddress, openDatabase } from './bun-database.ts';
import type { Database } from './database.ts';
import { processStart } from './embedded-process.ts';
import { migrate } from './migrate.ts';

/** A migrated database of its own; disposing of it closes and drops it. */
export type TestDatabase = Database & AsyncDisposable & { readonly address: DatabaseAddress };

const STARTS_WITHIN_MS = 60_000;

/**
 * For tests only. The server is TPX_DATABASE_URL's where that is set, else an embedded one that all test files of this
 * process share and that ends, data and all, when the process does.
 */
export async function openTestDatabase(options: { connections?: number } = {}): Promise<TestDatabase> {
  const server = await serverAddress();
  const name = `tpx_test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const address = addressOf(server, name);
  const database = openDatabase({ ...address, connections: options.connections ?? 8 });
  await migrate(database);
  return {
    query: database.query,
    transaction: database.transaction,
    checkWritable: database.checkWritable,
    onConnection: database.onConnection,
    close: database.close,
    address,
    async [Symbol.asyncDispose]() {
      await database.close();
      await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function administer(server: DatabaseAddress, statement: string): Promise<void> {
  const admin = openDatabase({ ...server, connections: 1 });
  try {
    await admin.query(statement);
  } finally {
    await admin.close();
  }
}

function addressOf(server: DatabaseAddress, name: string): DatabaseAddress {
  if ('unix' in server) return { ...server, database: name };
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return { url: url.href };
}

async function serverAddress(): Promise<DatabaseAddress> {
  const url = process.env.TPX_DATABASE_URL;
  return url ? { url } : await embeddedServer();
}

/**
 * `bun test --isolate` gives each file fresh globals and ends what it has spawned, so the server belongs to a process
 * of its own (`test-postgres.fixture.ts`), found by this process's id and start: what it printed is its address.
 */
async function embeddedServer(): Promise<DatabaseAddress> {
  const start = Bun.hash(processStart(process.pid) ?? '').toString(36);
  const folder = join(tmpdir(), `tpx-tests-${process.pid}-${start}`);
  const output = join(folder, 'address.json');
  if (makeFolder(folder)) {
    const fixture = join(import.meta.dirname, 'test-postgres.fixture.ts');
    const command = [process.execPath, fixture, folder, String(process.pid), output];
    // The shell ends at once, so what it leaves behind is nobody's child and not ended with this file.
    spawnSync('sh', ['-c', '"$1" "$2" "$3" "$4" >"$5" 2>&1 </dev/null &', 'sh', ...command]);
  }
  const deadline = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    const printed = existsSync(output) ? readFileSync(output, 'utf8') : '';
    const line = printed.split('\n').find((text) => text.startsWith('{') && text.endsWith('}'));
    if (line) return JSON.parse(line) as DatabaseAddress;
    if (Date.now() > deadline) throw new Error(`The embedded PostgreSQL did not start: ${printed}`);
    await Bun.sleep(10);
  }
}

/** Whether it is us who made it. */
function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  // PostgreSQL runs as another user where root runs the tests.
  chmodSync(folder, 0o755);
  return true;
}
