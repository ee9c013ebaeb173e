import { expect, test } from 'bun:test';
import { openTestDatabase } from './test-database.ts';

test('each test database is migrated and its own, and is gone after the test', async () => {
  const one = await openTestDatabase();
  const other = await openTestDatabase();
  await one.query('INSERT INTO signing_keys (kid, purpose, secret) VALUES ($1, $2, $3)', [
    'k',
    'access',
    new Uint8Array(4),
  ]);
  expect(await one.query('SELECT kid FROM signing_keys')).toEqual([{ kid: 'k' }]);
  expect(await other.query('SELECT kid FROM signing_keys')).toEqual([]);
  const [row] = await one.query<{ name: string }>('SELECT current_database() AS name');
  await one[Symbol.asyncDispose]();
  expect(await other.query('SELECT 1 FROM pg_database WHERE datname = $1', [row?.name])).toEqual([]);
  await other[Symbol.asyncDispose]();
});
