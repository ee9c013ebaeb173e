import { adoptUnchecked } from './adopt-unchecked.ts';
import type { Database, Queries } from './database.ts';
import { type Migration, readMigrations } from './migration-files.ts';
import { SchemaError } from './schema-error.ts';

/** Any fixed number: nodes that start together migrate one after the other. */
const ADVISORY_LOCK = 7_239_001;

/**
 * Brings the schema to what this version needs: runs `migrations/*.sql` not run yet, all in one transaction (spec DATA-1).
 *
 * @throws {SchemaError} where the stored data is not what these migrations made
 */
export async function migrate(database: Database): Promise<void> {
  const migrations = await readMigrations();
  await database.transaction(async (tx) => {
    await lockSchema(tx);
    await runMigrations(tx, migrations);
  });
}

/** To be called first in a transaction that changes the schema: others that want to wait until it has ended. */
export async function lockSchema(tx: Queries): Promise<void> {
  // A large table takes its time, and so does a node that migrates just now.
  await tx.query('SET LOCAL statement_timeout = 0');
  await tx.query('SET LOCAL lock_timeout = 0');
  await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
}

/** Checks what has run against `migrations`, and runs those that have not. */
export async function runMigrations(tx: Queries, migrations: readonly Migration[]): Promise<void> {
  const recorded = await readRecorded(tx);
  checkRecorded(recorded, migrations);
  const unchecked = migrations.filter(({ name }) => recorded.get(name) === null);
  if (unchecked.length > 0) await adoptUnchecked(tx, unchecked);
  for (const { name, checksum } of unchecked)
    await tx.query('UPDATE schema_migrations SET checksum = $2 WHERE name = $1', [name, checksum]);
  for (const { name, text, checksum } of migrations) {
    if (recorded.has(name)) continue;
    await tx.query(text);
    await tx.query('INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)', [name, checksum]);
  }
}

/** The checksum of each migration that has run, by its name; null where none was stored then. */
async function readRecorded(tx: Queries): Promise<Map<string, string | null>> {
  await tx.query(
    'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, ran_at timestamptz NOT NULL DEFAULT now(), checksum text)',
  );
  await tx.query('ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS checksum text');
  const rows = await tx.query<{ name: string; checksum: string | null }>(
    'SELECT name, checksum FROM schema_migrations ORDER BY name',
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

function checkRecorded(recorded: ReadonlyMap<string, string | null>, migrations: readonly Migration[]): void {
  const known = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  for (const [name, checksum] of recorded) {
    const expected = known.get(name);
    if (expected === undefined) {
      throw new SchemaError(
        `The database was used by a newer version of TPX: it has run the migration ${name}, which this version does not have. Start that version or a later one; to go back to this one, restore a backup made by it (npm run restore).`,
      );
    }
    if (checksum !== null && checksum !== expected) {
      throw new SchemaError(
        `The file apps/server/src/db/migrations/${name} is not the one that the database has run. Put the file back as it was released (git checkout) and write changes as a new migration; or start the version that made this database.`,
      );
    }
  }
}
