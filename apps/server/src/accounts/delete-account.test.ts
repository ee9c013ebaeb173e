import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { until } from '@tpx/testkit';
import { openAccounts, PASSWORD, refusalOf, type TestAccounts } from './accounts.fixture.ts';
import { authenticate } from './authenticate.ts';
import { blockUser } from './blocks.ts';
import { deleteAccount } from './delete-account.ts';
import { login } from './login.ts';
import { getMe, patchMe } from './profile.ts';
import { refresh } from './refresh.ts';
import { findUser } from './users.ts';

let accounts: TestAccounts;
let names = 0;

beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts[Symbol.asyncDispose]());
beforeEach(() => {
  accounts.announcer.changes.length = 0;
});

const join = () => accounts.join(`leaver${names++}`);
type Person = Awaited<ReturnType<typeof join>>;
const remove = (person: Person, password = PASSWORD, address = '192.0.2.9') =>
  deleteAccount(accounts.deps, person.caller, password, address);

test('ACC-7 a deleted account is "deleted user", found by its id alone', async () => {
  const person = await join();
  await patchMe(accounts.deps, person.caller, {
    display_name: 'Real Name',
    status: { state: 'custom', text: 'private' },
    background: { color: '#000000' },
    public_key: 'AAAA',
  });
  await remove(person);
  expect(await findUser(accounts.database, person.userId, null)).toMatchObject({
    id: person.userId,
    username: null,
    pin: null,
    display_name: 'deleted user',
    background: null,
    status: { state: 'offline', text: '' },
    public_key: null,
  });
  for (const ref of [person.user.username ?? '', person.user.pin ?? '', 'deleted user']) {
    expect(await refusalOf(findUser(accounts.database, ref, null))).toMatchObject({ code: 'not_found' });
  }
  const [row] = await accounts.database.query<{ all: string }>(
    'SELECT u::text AS all FROM users u WHERE id = $1',
    [person.userId],
  );
  expect(row?.all).not.toContain('argon2');
  expect(row?.all).not.toContain('Real Name');
});

test('ACC-7 every session dies and is announced, then the account is', async () => {
  const person = await join();
  const body = { username: person.user.username ?? '', password: PASSWORD };
  const other = await login(accounts.deps, body, '');
  const sessions = await accounts.sessionsOf(person.userId);
  expect(sessions).toHaveLength(2);
  await remove(person);
  expect(accounts.announcer.changes.at(-1)).toEqual({ type: 'user_deleted', userId: person.userId });
  const revoked = accounts.announcer.changes.flatMap((change) =>
    change.type === 'session_revoked' ? [change.sessionId] : [],
  );
  expect(revoked.sort()).toEqual(sessions.sort());
  expect(await refusalOf(refresh(accounts.deps, other.refresh_token, ''))).toMatchObject({
    code: 'unauthorized',
  });
  expect(await refusalOf(authenticate(accounts.deps, other.access_token))).toMatchObject({
    code: 'unauthorized',
  });
  expect(await refusalOf(login(accounts.deps, body, ''))).toMatchObject({ code: 'unauthorized' });
  expect(await refusalOf(getMe(accounts.deps, person.caller))).toMatchObject({ code: 'unauthorized' });
});

test('ACC-7 a wrong password deletes nothing and is counted', async () => {
  const person = await join();
  for (let index = 0; index < 10; index++) {
    expect(await refusalOf(remove(person, 'wrong password'))).toMatchObject({ code: 'forbidden' });
  }
  expect(await refusalOf(remove(person))).toMatchObject({ code: 'rate_limited' });
  expect(await getMe(accounts.deps, person.caller)).toMatchObject({ id: person.userId });
  expect(accounts.announcer.changes).toEqual([]);
  await remove(person, PASSWORD, '192.0.2.10');
});

test('ACC-7 of two deletions at once one does it, and neither leaves half', async () => {
  const person = await join();
  const outcomes = await Promise.allSettled([remove(person), remove(person)]);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(accounts.announcer.changes.filter(({ type }) => type === 'user_deleted')).toHaveLength(1);
});

test('ACC-7 what the groups refuse rolls everything back and announces nothing', async () => {
  const person = await join();
  const failing = { ...accounts.deps, handOverGroups: () => Promise.reject(new Error('no')) };
  await expect(deleteAccount(failing, person.caller, PASSWORD, '')).rejects.toThrow('no');
  expect(await getMe(accounts.deps, person.caller)).toMatchObject({ username: person.user.username });
  expect(accounts.announcer.changes).toEqual([]);
});

test('ACC-7 block lists forget the person', async () => {
  const person = await join();
  const other = await join();
  await blockUser(accounts.deps, other.caller, person.userId);
  await blockUser(accounts.deps, person.caller, other.userId);
  await remove(person);
  expect((await getMe(accounts.deps, other.caller)).blocked_users).toEqual([]);
  const rows = await accounts.database.query('SELECT 1 FROM blocks WHERE user_id = $1', [person.userId]);
  expect(rows).toEqual([]);
});

test('ACC-7 a login that overlaps the deletion leaves no session behind', async () => {
  const person = await join();
  const body = { username: person.user.username ?? '', password: PASSWORD };
  const { attempt } = await accounts.database.transaction(async (tx) => {
    await tx.query(
      'UPDATE users SET username = NULL, password_hash = NULL, deleted_at = now() WHERE id = $1',
      [person.userId],
    );
    await tx.query('DELETE FROM device_sessions WHERE user_id = $1', [person.userId]);
    const attempt = refusalOf(login(accounts.deps, body, '192.0.2.11'));
    await until(() => accounts.isAnyoneWaiting(), { what: 'the login to wait for the account' });
    // In an object: a bare promise would be awaited before the commit.
    return { attempt };
  });
  expect(await attempt).toMatchObject({ code: 'unauthorized' });
  expect(await accounts.sessionsOf(person.userId)).toEqual([]);
});
