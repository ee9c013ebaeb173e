import { expect, test } from 'bun:test';
import { migrate } from './migrate.ts';
import { checksumOf, readMigrations } from './migration-files.ts';
import { openTestDatabase } from './test-database.ts';

test('SCHEMA-2 each migration leaves its checksum, and running them again changes nothing', async () => {
  await using database = await openTestDatabase();
  const recorded = () => database.query('SELECT name, ran_at, checksum FROM schema_migrations ORDER BY name');
  const before = await recorded();
  const files = await readMigrations();
  expect(before.map(({ name, checksum }) => ({ name, checksum }))).toEqual(
    files.map(({ name, checksum }) => ({ name, checksum })),
  );
  await migrate(database);
  expect(await recorded()).toEqual(before);
});

test('SCHEMA-2 a migration that is not the one that ran is refused by its name', async () => {
  await using database = await openTestDatabase();
  await database.query(`UPDATE schema_migrations SET checksum = 'another' WHERE name = '0002-search.sql'`);
  await expect(migrate(database)).rejects.toThrow('migrations/0002-search.sql is not the one');
});

test('SCHEMA-2 a checksum is the same with the line endings of any system, and no other text has it', () => {
  expect(checksumOf('SELECT 1;\r\nSELECT 2;\r\n')).toBe(checksumOf('SELECT 1;\nSELECT 2;\n'));
  expect(checksumOf('SELECT 1;\nSELECT 2;')).not.toBe(checksumOf('SELECT 1;\nSELECT 3;'));
});

test('SCHEMA-3 data that a newer version has used is refused, and nothing is changed', async () => {
  await using database = await openTestDatabase();
  await database.query(`INSERT INTO schema_migrations (name, checksum) VALUES ('9999-later.sql', 'x')`);
  await database.query(`DELETE FROM schema_migrations WHERE name = '0004-job-turns.sql'`);
  await expect(migrate(database)).rejects.toThrow('it has run the migration 9999-later.sql');
  expect(await database.query(`SELECT 1 FROM schema_migrations WHERE name = '0004-job-turns.sql'`)).toEqual(
    [],
  );
});

test('SCHEMA-1 a repair never takes back what a later migration has made', async () => {
  await using database = await openTestDatabase();
  await database.query('UPDATE schema_migrations SET checksum = NULL');
  const append = () =>
    database.query(`SELECT oid::text, prosrc FROM pg_proc WHERE proname = 'append_messages'`);
  const before = await append();
  await migrate(database);
  expect(await append()).toEqual(before);
  await database.query('UPDATE schema_migrations SET checksum = NULL');
  await database.query('DROP INDEX members_admins');
  await expect(migrate(database)).rejects.toThrow('made by a development version');
});
