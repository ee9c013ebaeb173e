import { openDatabase } from '@tpx/server/db/bun-database.ts';

/** Everything that migrations make, as text to compare. The order of columns is left out: nothing depends on it. */
const PARTS = [
  `SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
     || a.attidentity::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS line
   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'`,
  `SELECT relname || ' ' || coalesce(reloptions::text, '') AS line FROM pg_class
   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`,
  `SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'`,
  `SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint
   WHERE connamespace = 'public'::regnamespace`,
  `SELECT pg_get_functiondef(oid) AS line FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
  'SELECT pg_get_triggerdef(oid) AS line FROM pg_trigger WHERE NOT tgisinternal',
  `SELECT t.typname || ' ' || e.enumlabel AS line FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid`,
  'SELECT name AS line FROM schema_migrations WHERE checksum IS NOT NULL',
];

/** The schema of a database, in lines that are equal where two schemas do the same. */
export async function readSchema(url: string): Promise<string[]> {
  const database = openDatabase({ url, connections: 1 });
  try {
    const lines: string[] = [];
    for (const part of PARTS) {
      const rows = await database.query<{ line: string }>(part);
      lines.push(...rows.map(({ line }) => line));
    }
    return lines.sort();
  } finally {
    await database.close();
  }
}
