import type { BulkQueries } from '../db/database.ts';
import { lockSchema, runMigrations } from '../db/migrate.ts';
import { type Migration, readMigrations } from '../db/migration-files.ts';
import { BackupError, type Manifest } from './backup-format.ts';
import { Progress, rowsIn } from './progress.ts';
import { readBackup } from './read-backup.ts';
import { quoted } from './write-backup.ts';

const TABLES = `
  SELECT count(*)::integer AS tables FROM pg_class c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`;

/**
 * Whether this version can restore the file, without a database.
 *
 * @throws {BackupError} a sentence why not
 */
export async function checkBackup(file: string): Promise<Manifest> {
  const manifest = await readBackup(file);
  const known = new Map((await readMigrations()).map(({ name, checksum }) => [name, checksum]));
  for (const { name, checksum } of manifest.migrations) {
    if (known.get(name) === checksum) continue;
    throw new BackupError(
      known.has(name)
        ? `${file} was made with another text of the migration ${name}: restore it with the version that made it (${manifest.tpx_version}).`
        : `${file} was made by a newer version of TPX (it has the migration ${name}): restore it with that version or a later one.`,
    );
  }
  return manifest;
}

/**
 * Fills an empty database: the schema of the backup, its rows, then the migrations that have come since. Anything that
 * goes wrong leaves the database as it was, provided that the transaction is rolled back.
 */
export async function restoreBackup(
  tx: BulkQueries,
  file: string,
  say: (line: string) => void,
): Promise<{ rows: number }> {
  await lockSchema(tx);
  const [found] = await tx.query<{ tables: number }>(TABLES);
  if (found?.tables !== 0) {
    throw new BackupError(
      'A backup is restored into an empty database only, and this one has tables. Set TPX_DATA_DIR to a new folder, or TPX_DATABASE_URL to a new database (createdb).',
    );
  }
  const migrations = await readMigrations();
  const restoring = new TableRestorer(tx, new Progress(say));
  const manifest = await readBackup(file, {
    manifest: async ({ migrations: ran, tables }) => {
      const names = new Set(ran.map(({ name }) => name));
      await runMigrations(
        tx,
        migrations.filter(({ name }) => names.has(name)),
      );
      await restoring.begin(tables);
    },
    chunk: (table, bytes) => restoring.take(table, bytes),
  });
  const rows = await restoring.end();
  for (const { name, last_value } of manifest.sequences)
    await tx.query('SELECT setval($1::text::regclass, $2::text::bigint)', [quoted(name), last_value]);
  await bringUpToDate(tx, migrations, manifest, say);
  return { rows };
}

async function bringUpToDate(
  tx: BulkQueries,
  migrations: readonly Migration[],
  manifest: Manifest,
  say: (line: string) => void,
): Promise<void> {
  const since = migrations.length - manifest.migrations.length;
  if (since > 0) say(`  bringing the schema up to date (${since} migrations) ...`);
  await runMigrations(tx, migrations);
}

class TableRestorer {
  readonly #tx: BulkQueries;
  readonly #progress: Progress;
  readonly #columns = new Map<string, readonly string[]>();
  #open: { table: string; rows: number; writer: WritableStreamDefaultWriter<Uint8Array> } | undefined;
  #rows = 0;

  constructor(tx: BulkQueries, progress: Progress) {
    this.#tx = tx;
    this.#progress = progress;
  }

  /** Empties what migrations may have filled; triggers stay off, as what they did is in the backup. */
  async begin(tables: Manifest['tables']): Promise<void> {
    for (const { name, columns } of tables) this.#columns.set(name, columns);
    const names = [...this.#columns.keys()].map(quoted);
    if (names.length > 0) await this.#tx.query(`TRUNCATE ${names} CASCADE`);
    for (const name of names) await this.#tx.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  }

  async take(table: string, bytes: Uint8Array): Promise<void> {
    if (this.#open?.table !== table) {
      await this.#close();
      const columns = this.#columns.get(table) ?? [];
      const copy = `COPY ${quoted(table)} (${columns.map(quoted)}) FROM STDIN`;
      this.#open = { table, rows: 0, writer: this.#tx.copyIn(copy).getWriter() };
    }
    await this.#open.writer.write(bytes);
    this.#open.rows += rowsIn(bytes);
    this.#progress.working(table, this.#open.rows);
  }

  async end(): Promise<number> {
    await this.#close();
    for (const name of this.#columns.keys())
      await this.#tx.query(`ALTER TABLE ${quoted(name)} ENABLE TRIGGER USER`);
    return this.#rows;
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    const { table, rows, writer } = this.#open;
    this.#open = undefined;
    await writer.close();
    this.#rows += rows;
    this.#progress.done(table, rows);
  }
}
