import { afterAll, beforeAll, expect, test } from 'bun:test';
import { openTestDatabase, type TestDatabase } from '../db/test-database.ts';
import { claimTurn } from './claim-turn.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('GRP-9 of many nodes one does what is to be done for all, and the next when its time has come', async () => {
  const claims = () =>
    Promise.all(Array.from({ length: 20 }, () => claimTurn(database, 'trim_logs', 60_000)));
  const won = (all: boolean[]) => all.filter(Boolean).length;
  expect(won(await claims())).toBe(1);
  expect(won(await claims())).toBe(0);
  expect(await claimTurn(database, 'old_changes', 60_000)).toBe(true);
  await database.query("UPDATE job_turns SET begun_at = begun_at - interval '55 s'");
  expect(won(await claims())).toBe(1);
});
