import type { Queries } from './database.ts';
import type { Migration } from './migration-files.ts';
import { SchemaError } from './schema-error.ts';

/**
 * The first migrations were edited after they had been run, and no checksum was stored then. These statements bring what
 * any earlier text of a migration made to what its text makes now; on a schema that is up to date they change nothing.
 */
const REPAIRS: Readonly<Record<string, readonly string[]>> = {
  '0001-core.sql': [
    `CREATE INDEX IF NOT EXISTS members_admins ON members (conversation_id) WHERE role = 'admin'`,
    'CREATE INDEX IF NOT EXISTS unread_mentions_by_conversation ON unread_mentions (conversation_id, seq)',
    'DROP INDEX IF EXISTS messages_by_text',
    `CREATE TABLE IF NOT EXISTS pins (
       conversation_id uuid NOT NULL,
       message_seq bigint NOT NULL,
       pinned_by uuid NOT NULL REFERENCES users,
       pinned_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
       PRIMARY KEY (conversation_id, message_seq),
       FOREIGN KEY (conversation_id, message_seq) REFERENCES messages (conversation_id, seq) ON DELETE CASCADE
     )`,
    `DO $$
     BEGIN
       IF to_regtype('conversation_kind') IS NULL THEN
         CREATE TYPE conversation_kind AS ENUM ('group', 'dm');
         ALTER TABLE conversations DROP CONSTRAINT IF EXISTS conversations_kind_check;
         ALTER TABLE conversations ALTER COLUMN kind TYPE conversation_kind USING kind::conversation_kind;
       END IF;
     END
     $$`,
  ],
  '0002-search.sql': ['ALTER INDEX message_words_by_word SET (gin_pending_list_limit = 512)'],
  '0003-announced-changes.sql': [],
  '0004-job-turns.sql': [],
};

/** One function of a migration, from its first line to its last. */
const FUNCTION = /^CREATE FUNCTION (\w+)\([\s\S]*?^\$\$;$/gm;

/** What only the latest text of the edited migrations makes. */
const UP_TO_DATE = `
  SELECT to_regtype('conversation_kind') IS NOT NULL AND to_regclass('pins') IS NOT NULL
     AND to_regclass('members_admins') IS NOT NULL AND to_regclass('messages_by_text') IS NULL
     AND (SELECT bool_and(proargnames @> '{p_characters}') FROM pg_proc
          WHERE proname = 'index_words' AND pg_function_is_visible(oid))
     AND (SELECT bool_and(proargnames @> '{p_logs}') FROM pg_proc
          WHERE proname = 'append_messages' AND pg_function_is_visible(oid)) AS up_to_date`;

/**
 * Repairs what `unchecked`, migrations that ran without leaving a checksum, may have made differently.
 *
 * @throws {SchemaError} where later migrations have built on what would have to be repaired
 */
export async function adoptUnchecked(tx: Queries, unchecked: readonly Migration[]): Promise<void> {
  if (unchecked.every(({ name }) => name in REPAIRS)) {
    for (const migration of unchecked) await repair(tx, migration);
    return;
  }
  const [found] = await tx.query<{ up_to_date: boolean | null }>(UP_TO_DATE);
  if (found?.up_to_date) return;
  throw new SchemaError(
    'The database was made by a development version whose migrations have changed since, and later ones ran on it: this version cannot use it. Restore a backup from before that (npm run restore), or start with an empty database.',
  );
}

async function repair(tx: Queries, { name, text }: Migration): Promise<void> {
  for (const statement of REPAIRS[name] ?? []) await tx.query(statement);
  for (const [definition, functionName] of text.matchAll(FUNCTION)) {
    await tx.query(`
      DO $drop$
      DECLARE v_old regprocedure;
      BEGIN
        FOR v_old IN
          SELECT oid FROM pg_proc
          WHERE proname = '${functionName}' AND pg_function_is_visible(oid) AND prorettype <> 'trigger'::regtype
        LOOP
          EXECUTE 'DROP FUNCTION ' || v_old;
        END LOOP;
      END
      $drop$`);
    await tx.query(definition.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION'));
  }
}
