import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { BulkQueries } from '../db/database.ts';
import {
  BackupError,
  CHUNK_BYTES,
  chunkName,
  END,
  type End,
  FORMAT_VERSION,
  MANIFEST,
  type Manifest,
} from './backup-format.ts';
import { Progress, rowsIn } from './progress.ts';
import { orderTables } from './table-order.ts';
import { TAR_END, tarEntry } from './tar.ts';

/** Compressing more costs a server that is at work more than the space is worth. */
const GZIP_LEVEL = 1;

/**
 * Not in a backup: what nodes hold turns by, and tables that name transactions, whose numbers mean nothing in another
 * PostgreSQL. Both are for nodes that run.
 */
const TABLES = `
  SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
    AND c.relname NOT IN ('schema_migrations', 'job_turns')
  GROUP BY c.relname
  HAVING NOT bool_or(a.atttypid = 'xid8'::regtype)
  ORDER BY c.relname`;
const REFERENCES = `
  SELECT f.relname AS "from", t.relname AS "to"
  FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
  WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace`;
const SEQUENCES = `
  SELECT sequencename AS name, last_value::text FROM pg_sequences
  WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY 1`;
const SERVER = `
  SELECT current_setting('server_version') AS postgres_version,
         to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS taken_at`;

/**
 * Writes everything that is stored, as of one moment, into a new file. Others go on reading and writing meanwhile.
 * `tx` is a transaction that has done nothing yet.
 */
export async function writeBackup(
  tx: BulkQueries,
  file: string,
  { version, say }: { version: string; say: (line: string) => void },
): Promise<{ takenAt: string; rows: number }> {
  await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await tx.query('SET LOCAL statement_timeout = 0');
  // Values are written as COPY does with these, whatever the server's own settings are.
  await tx.query("SET LOCAL DateStyle = 'ISO'; SET LOCAL TimeZone = 'UTC'; SET LOCAL bytea_output = 'hex'");
  await tx.query("SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1");
  const manifest = await describe(tx, version);

  const gzip = createGzip({ level: GZIP_LEVEL });
  // Others may not read it: it holds keys and hashes of passwords.
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  const written = pipeline(gzip, target);
  // The error reaches whatever awaits below, too.
  written.catch(() => undefined);
  const write = async (bytes: Uint8Array) => {
    if (gzip.write(bytes)) return;
    await Promise.race([once(gzip, 'drain'), written]);
  };
  try {
    const end = await writeEntries(tx, manifest, write, new Progress(say));
    gzip.end();
    await written;
    return { takenAt: manifest.taken_at, rows: Object.values(end.rows).reduce((sum, rows) => sum + rows, 0) };
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new BackupError(`The backup cannot be written: ${error.message}.`);
    throw error;
  } finally {
    gzip.destroy();
    target.destroy();
  }
}

/** @throws {BackupError} where no version that could restore it has worked on these data */
async function readMigrationsThatRan(tx: BulkQueries): Promise<Manifest['migrations']> {
  const columns = await tx.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass('schema_migrations') AND attnum > 0`,
  );
  if (columns.length === 0)
    throw new BackupError('The database is empty: a server has not been started on it yet.');
  const rows = columns.some(({ name }) => name === 'checksum')
    ? await tx.query<{ name: string; checksum: string | null }>(
        'SELECT name, checksum FROM schema_migrations ORDER BY name',
      )
    : [];
  const migrations = rows.flatMap(({ name, checksum }) => (checksum === null ? [] : [{ name, checksum }]));
  if (migrations.length < rows.length || rows.length === 0) {
    throw new BackupError(
      'The data are those of an earlier version: start the server of this version on them once, then back up.',
    );
  }
  return migrations;
}

async function describe(tx: BulkQueries, version: string): Promise<Manifest> {
  const migrations = await readMigrationsThatRan(tx);
  const tables = await tx.query<Manifest['tables'][number]>(TABLES);
  const references = await tx.query<{ from: string; to: string }>(REFERENCES);
  const sequences = await tx.query<Manifest['sequences'][number]>(SEQUENCES);
  const [server] = await tx.query<{ postgres_version: string; taken_at: string }>(SERVER);
  const columnsOf = new Map(tables.map(({ name, columns }) => [name, columns]));
  return {
    format: 'tpx-backup',
    format_version: FORMAT_VERSION,
    tpx_version: version,
    postgres_version: server?.postgres_version ?? '',
    taken_at: server?.taken_at ?? '',
    migrations,
    tables: orderTables([...columnsOf.keys()], references).map((name) => ({
      name,
      columns: [...(columnsOf.get(name) ?? [])],
    })),
    sequences: [...sequences],
  };
}

async function writeEntries(
  tx: BulkQueries,
  manifest: Manifest,
  write: (bytes: Uint8Array) => Promise<void>,
  progress: Progress,
): Promise<End> {
  const modifiedAt = new Date(manifest.taken_at);
  const hash = createHash('sha256');
  const entry = async (name: string, body: Uint8Array) => {
    for (const bytes of tarEntry(name, body, modifiedAt)) {
      hash.update(bytes);
      await write(bytes);
    }
  };
  await entry(MANIFEST, json(manifest));
  const rows: Record<string, number> = {};
  for (const { name, columns } of manifest.tables) {
    let tableRows = 0;
    let chunks = 0;
    for await (const chunk of inChunks(
      tx.copyOut(`COPY ${quoted(name)} (${columns.map(quoted)}) TO STDOUT`),
    )) {
      await entry(chunkName(name, ++chunks), chunk);
      tableRows += rowsIn(chunk);
      progress.working(name, tableRows);
    }
    rows[name] = tableRows;
    if (tableRows > 0) progress.done(name, tableRows);
  }
  const end: End = { rows, sha256: hash.digest('hex') };
  for (const bytes of tarEntry(END, json(end), modifiedAt)) await write(bytes);
  await write(TAR_END);
  return end;
}

async function* inChunks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const bytes of stream) {
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes < CHUNK_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    heldBytes = 0;
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}

function json(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
