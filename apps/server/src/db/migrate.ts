import { readdir } from 'node:fs/promises';
import type { Database } from './database.ts';

const FOLDER = new URL('./migrations/', import.meta.url).pathname;
/** Any fixed number: nodes that start together migrate one after the other. */
const ADVISORY_LOCK = 7_239_001;

/** Brings the schema to what this version needs: runs `migrations/*.sql` not run yet, each in a transaction. Gives how many ran. */
export async function migrate(database: Database): Promise<number> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  return database.transaction(async (tx) => {
    // A large table takes its time, and so does a node that migrates just now.
    await tx.query('SET LOCAL statement_timeout = 0');
    await tx.query('SET LOCAL lock_timeout = 0');
    await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    await tx.query(
      'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, ran_at timestamptz NOT NULL DEFAULT now())',
    );
    const done = new Set(
      (await tx.query<{ name: string }>('SELECT name FROM schema_migrations')).map((row) => row.name),
    );
    const pending = files.filter((name) => !done.has(name));
    for (const name of pending) {
      await tx.query(await Bun.file(FOLDER + name).text());
      await tx.query('INSERT INTO schema_migrations (name) VALUES ($1)', [name]);
    }
    return pending.length;
  });
}
