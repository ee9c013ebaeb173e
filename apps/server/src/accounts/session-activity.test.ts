import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { SessionId } from '@tpx/protocol';
import { openAccounts, PASSWORD, type TestAccounts } from './accounts.fixture.ts';
import { login } from './login.ts';

let accounts: TestAccounts;
beforeAll(async () => {
  accounts = await openAccounts(undefined);
});
afterAll(() => accounts[Symbol.asyncDispose]());

async function withDevices(name: string, devices: number) {
  const person = await accounts.join(name);
  const body = { username: name, password: PASSWORD };
  for (let n = 1; n < devices; n++) await login(accounts.deps, body, '192.0.2.1');
  return person;
}
const storedActivity = async (id: SessionId) => {
  const [row] = await accounts.database.query<{ active_at: Date | null }>(
    'SELECT active_at FROM device_sessions WHERE id = $1',
    [id],
  );
  return row?.active_at ?? null;
};

test('AUTH-8 activity is stored for those with many devices, and not again for a while', async () => {
  const many = await withDevices('many', 25);
  const few = await withDevices('few', 3);
  const [called, connected, idle] = await accounts.sessionsOf(many.userId);
  accounts.activity.used(called as SessionId);
  accounts.connected.add(connected as SessionId);
  accounts.activity.used(few.sessionId);
  await accounts.activity.store();
  const first = await storedActivity(called as SessionId);
  expect(first).toBeInstanceOf(Date);
  expect(await storedActivity(connected as SessionId)).toBeInstanceOf(Date);
  expect(await storedActivity(idle as SessionId)).toBeNull();
  expect(await storedActivity(few.sessionId)).toBeNull();
  await accounts.activity.store();
  expect(await storedActivity(called as SessionId)).toEqual(first);
}, 60_000);

test('AUTH-8 another node that asks for one person is answered by what is stored, also of a device that was idle for a while', async () => {
  const person = await withDevices('asked', 3);
  const [called, connected, idle] = await accounts.sessionsOf(person.userId);
  accounts.activity.used(called as SessionId);
  accounts.connected.add(connected as SessionId);
  accounts.clock.now += 60_000;
  await accounts.activity.storeOf(person.userId);
  const at = async (id: SessionId | undefined) => Number(await storedActivity(id as SessionId));
  expect((await at(connected)) - (await at(called))).toBe(60_000);
  expect(await storedActivity(idle as SessionId)).toBeNull();
  // Asked again at once it does nothing.
  accounts.activity.used(idle as SessionId);
  await accounts.activity.storeOf(person.userId);
  expect(await storedActivity(idle as SessionId)).toBeNull();
});
