import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Refusal, type SessionId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import { openAccounts, refusalOf, type TestAccounts } from './accounts.fixture.ts';
import { SessionDirectory } from './session-directory.ts';

let accounts: TestAccounts;
let names = 0;

beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts[Symbol.asyncDispose]());

/** The real database, which can be made to be away and which counts and can hold back queries. */
function watched() {
  const state = { queries: 0, away: false, hold: undefined as Promise<void> | undefined };
  const answered = Promise.withResolvers<void>();
  const database: Database = {
    ...accounts.database,
    async query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]> {
      state.queries += 1;
      if (state.away) throw new Refusal('unavailable');
      const rows = await accounts.database.query<Row>(text, values);
      answered.resolve();
      await state.hold;
      return rows;
    },
  };
  const clock = { now: 1_000_000 };
  return {
    state,
    clock,
    answered: answered.promise,
    directory: new SessionDirectory(database, () => clock.now),
  };
}

const join = () => accounts.join(`device${names++}`);
const end = (id: SessionId) => accounts.database.query('DELETE FROM device_sessions WHERE id = $1', [id]);

test('AUTH-6 sessions that are asked for at once cost one query, and none for the next 10 s', async () => {
  const { state, clock, directory } = watched();
  const people = await Promise.all([join(), join(), join()]);
  const ids = [...people.map(({ sessionId }) => sessionId), Bun.randomUUIDv7() as SessionId];
  expect(await Promise.all([...ids, ...ids].map((id) => directory.isAlive(id)))).toEqual([
    true,
    true,
    true,
    false,
    true,
    true,
    true,
    false,
  ]);
  expect(state.queries).toBe(1);
  clock.now += 9_999;
  await Promise.all(ids.map((id) => directory.isAlive(id)));
  expect(state.queries).toBe(1);
});

test('AUTH-6 a revocation that this node missed is seen after 10 s', async () => {
  const { clock, directory } = watched();
  const { sessionId } = await join();
  expect(await directory.isAlive(sessionId)).toBe(true);
  await end(sessionId);
  clock.now += 10_000;
  expect(await directory.isAlive(sessionId)).toBe(false);
});

test('AUTH-6 a revocation that this node hears of counts at once, also for a query that began before it', async () => {
  const { state, answered, directory } = watched();
  const { sessionId } = await join();
  const hold = Promise.withResolvers<void>();
  state.hold = hold.promise;
  const asked = directory.isAlive(sessionId);
  await answered;
  await end(sessionId);
  directory.forget(sessionId);
  expect(await directory.isAlive(sessionId)).toBe(false);
  hold.resolve();
  expect(await asked).toBe(false);
  expect(await directory.isAlive(sessionId)).toBe(false);
});

test('AUTH-6 while Postgres is away, what was last known counts, and what is not known is unavailable', async () => {
  const { state, clock, directory } = watched();
  const known = await join();
  const unknown = await join();
  await directory.isAlive(known.sessionId);
  clock.now += 3_600_000;
  state.away = true;
  expect(await directory.isAlive(known.sessionId)).toBe(true);
  expect(await refusalOf(directory.isAlive(unknown.sessionId))).toMatchObject({ code: 'unavailable' });
  state.away = false;
  await end(known.sessionId);
  expect(await directory.isAlive(known.sessionId)).toBe(false);
});

test('AUTH-6 an expired session is not alive', async () => {
  const { directory } = watched();
  const { sessionId } = await join();
  await accounts.database.query('UPDATE device_sessions SET expires_at = now() WHERE id = $1', [sessionId]);
  expect(await directory.isAlive(sessionId)).toBe(false);
});
