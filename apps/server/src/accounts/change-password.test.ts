import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { openAccounts, PASSWORD, refusalOf, type TestAccounts } from './accounts.fixture.ts';
import { changePassword } from './change-password.ts';
import { login } from './login.ts';
import { refresh } from './refresh.ts';
import { logoutEverywhere } from './sessions.ts';

const NEXT = 'seven grey whales dancing';
let accounts: TestAccounts;
let names = 0;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts[Symbol.asyncDispose]());
beforeEach(() => {
  accounts.announcer.changes.length = 0;
});

const join = () => accounts.join(`changer${names++}`);
type Person = Awaited<ReturnType<typeof join>>;
const change = ({ caller }: Person, current = PASSWORD, chosen = NEXT) =>
  changePassword(accounts.deps, caller, { current, new: chosen }, '192.0.2.1');
const signIn = ({ user }: Person, password: string) =>
  login(accounts.deps, { username: user.username ?? '', password }, '192.0.2.1');
const use = (token: string) => refresh(accounts.deps, token, '192.0.2.1');

test('AUTH-9 another password signs in, the old one does not, and every other session ends', async () => {
  const person = await join();
  const other = await signIn(person, PASSWORD);
  const { sessionId: otherId } = await accounts.accessTokens.verify(other.access_token);
  const tokens = await change(person);
  expect(await accounts.accessTokens.verify(tokens.access_token)).toMatchObject(person.caller);
  expect(await accounts.sessionsOf(person.userId)).toEqual([person.sessionId]);
  expect(accounts.announcer.changes).toEqual([
    { type: 'session_revoked', sessionId: otherId, userId: person.userId },
  ]);
  expect(await refusalOf(use(other.refresh_token))).toMatchObject({ reason: 'signed_out' });
  expect(await refusalOf(signIn(person, PASSWORD))).toMatchObject({ code: 'unauthorized' });
  expect(await signIn(person, NEXT)).toMatchObject({ expires_in: 600 });
  const next = await use(tokens.refresh_token);
  expect(await use(next.refresh_token)).toMatchObject({ expires_in: 600 });
});

test('AUTH-9 a lost answer leaves the device signed in; the old token is worth nothing once the new one is used', async () => {
  const lost = await join();
  await change(lost);
  const again = await use(lost.refresh_token);
  expect(await use(again.refresh_token)).toMatchObject({ expires_in: 600 });
  const person = await join();
  const tokens = await change(person);
  await use(tokens.refresh_token);
  expect(await refusalOf(use(person.refresh_token))).toMatchObject({ code: 'unauthorized' });
});

test('AUTH-9 another process of the device that refreshes at the same time ends nobody', async () => {
  const person = await join();
  const changed = await change(person);
  const refreshed = await use(person.refresh_token);
  expect(refreshed.refresh_token).toBe(changed.refresh_token);
  const next = await use(refreshed.refresh_token);
  expect((await use(changed.refresh_token)).refresh_token).toBe(next.refresh_token);
  expect(await accounts.sessionsOf(person.userId)).toEqual([person.sessionId]);
});

test('AUTH-9 a wrong current password, a weak new one and the same one change nothing', async () => {
  const person = await join();
  const other = await signIn(person, PASSWORD);
  expect(await refusalOf(change(person, 'not the password'))).toMatchObject({ code: 'forbidden' });
  expect(await refusalOf(change(person, PASSWORD, 'password123'))).toMatchObject({ reason: 'weak_password' });
  expect(await refusalOf(change(person, PASSWORD, PASSWORD))).toMatchObject({ code: 'invalid' });
  expect(accounts.announcer.changes).toEqual([]);
  expect(await use(other.refresh_token)).toMatchObject({ expires_in: 600 });
});

test('AUTH-9 wrong current passwords are counted as wrong passwords are', async () => {
  const person = await join();
  for (let n = 0; n < 10; n++) await refusalOf(change(person, 'not the password'));
  expect(await refusalOf(change(person))).toMatchObject({ code: 'rate_limited' });
});

test('AUTH-9 of two changes at once one counts', async () => {
  const person = await join();
  const outcomes = await Promise.allSettled([
    change(person, PASSWORD, 'first of the two words'),
    change(person, PASSWORD, 'second of the two words'),
  ]);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('AUTH-9 signing out everywhere ends every session, this one included', async () => {
  const person = await join();
  await signIn(person, PASSWORD);
  await logoutEverywhere(accounts.deps, person.caller);
  expect(await accounts.sessionsOf(person.userId)).toEqual([]);
  expect(accounts.announcer.changes).toHaveLength(2);
  expect(await refusalOf(use(person.refresh_token))).toMatchObject({ reason: 'signed_out' });
});
