import { afterAll, beforeAll, expect, spyOn, test } from 'bun:test';
import { LIMITS } from '@tpx/protocol';
import { openAccounts, PASSWORD, refusalOf, type TestAccounts } from './accounts.fixture.ts';
import { changePassword } from './change-password.ts';
import { deleteAccount } from './delete-account.ts';
import { login } from './login.ts';
import { hashPassword } from './passwords.ts';
import { refresh } from './refresh.ts';
import { register } from './register.ts';
import { logoutEverywhere } from './sessions.ts';

let accounts: TestAccounts;
let names = 0;

beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts[Symbol.asyncDispose]());

const join = () => accounts.join(`user${names++}`);
const tryLogin = (username: string, password = PASSWORD, address = '198.51.100.1') =>
  login(accounts.deps, { username, password }, address);

test('AUTH-1 a login opens one more session', async () => {
  const person = await join();
  const again = await tryLogin(person.user.username ?? '');
  expect(again.user).toEqual(person.user);
  expect(await accounts.sessionsOf(person.userId)).toHaveLength(2);
});

test('AUTH-1 a password typed in another Unicode form is the same password', async () => {
  await register(accounts.deps, { username: 'zoe', password: 'Zo\u00eb rides seven whales' }, '192.0.2.1');
  expect(await tryLogin('zoe', 'Zoe\u0308 rides seven whales')).toMatchObject({ expires_in: 600 });
});

test('AUTH-1 the password is stored as argon2id with 19 MiB and 2 passes', async () => {
  const person = await join();
  const [row] = await accounts.database.query<{ password_hash: string }>(
    'SELECT password_hash FROM users WHERE id = $1',
    [person.userId],
  );
  expect(row?.password_hash).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$');
});

test('AUTH-2 a wrong password and an unknown username are told the same', async () => {
  const person = await join();
  const wrong = await refusalOf(tryLogin(person.user.username ?? '', 'wrong password'));
  expect(wrong).toMatchObject({ code: 'unauthorized', reason: 'credentials' });
  for (const username of ['nobody-at-all', '', '\u0000', "' OR 1=1 --"]) {
    expect(await refusalOf(tryLogin(username, 'wrong password'))).toEqual(wrong);
  }
  expect(await refusalOf(tryLogin(person.user.username ?? '', ''))).toEqual(wrong);
});

test('AUTH-2 an unknown username costs a password check like that of a known one', async () => {
  const person = await join();
  const verify = spyOn(Bun.password, 'verify');
  try {
    await refusalOf(tryLogin(person.user.username ?? '', 'wrong password'));
    await refusalOf(tryLogin('nobody-here', 'wrong password'));
    const [known, unknown] = verify.mock.calls.map(([, hash]) => String(hash).split('$').slice(0, 4));
    expect(unknown).toEqual(known as string[]);
    expect(unknown).toContain('m=19456,t=2,p=1');
  } finally {
    verify.mockRestore();
  }
});

test('AUTH-5 guesses from one address are stopped there, and the owner at another logs in', async () => {
  const { user } = await join();
  const username = user.username ?? '';
  for (let index = 0; index < 10; index++) {
    expect(await refusalOf(tryLogin(username, 'wrong password'))).toMatchObject({ code: 'unauthorized' });
  }
  expect(await refusalOf(tryLogin(username, 'wrong password'))).toMatchObject({ code: 'rate_limited' });
  // The right password does not help the guesser's address.
  expect(await refusalOf(tryLogin(username))).toMatchObject({ code: 'rate_limited' });
  expect(await tryLogin(username, PASSWORD, '198.51.100.2')).toMatchObject({ expires_in: 600 });
  expect(await tryLogin((await join()).user.username ?? '')).toMatchObject({ expires_in: 600 });
  accounts.clock.now += 90_000;
  expect(await tryLogin(username)).toMatchObject({ expires_in: 600 });
});

test('AUTH-5 of guesses sent all at once, ten are looked at: the right one behind them is not', async () => {
  const hash = await hashPassword(PASSWORD);
  const passwords = [...new Array<string>(20).fill('wrong password'), PASSWORD];
  const outcomes = await Promise.all(
    passwords.map((guess) =>
      accounts.passwordGuard
        .isRight({ account: 'target', address: '203.0.113.77', isKnownAddress: true }, guess, hash)
        .catch(({ code }) => code),
    ),
  );
  expect(outcomes).toEqual([...new Array(10).fill(false), ...new Array(11).fill('rate_limited')]);
});

test('AUTH-5 guesses from 40 addresses are stopped, the owner is notified, and their own devices are not stopped', async () => {
  const { user } = await join();
  const username = user.username ?? '';
  let tried = 0;
  for (let index = 0; index < 400; index++) {
    const { code } = await refusalOf(
      tryLogin(username, `wrong password ${index}`, `198.51.100.${index % 40}`),
    );
    if (code === 'unauthorized') tried++;
  }
  expect(tried).toBe(50);
  expect(accounts.guessed.filter((account) => account === username)).toHaveLength(1);
  // Not even the right one, from yet another place; from where the owner signed in before it is.
  expect(await refusalOf(tryLogin(username, PASSWORD, '203.0.113.200'))).toMatchObject({
    code: 'rate_limited',
  });
  expect(await tryLogin(username, PASSWORD, '192.0.2.1')).toMatchObject({ expires_in: 600 });
  // An hour gives as many again. A name that nobody has answers the same.
  for (let index = 0; index < 60; index++)
    await refusalOf(tryLogin('nobody-at-all', 'wrong password', `198.51.100.${index}`));
  expect(await refusalOf(tryLogin('nobody-at-all', 'x'.repeat(12), '203.0.113.200'))).toMatchObject({
    code: 'rate_limited',
  });
  accounts.clock.now += 3_600_000;
  expect(await tryLogin(username, PASSWORD, '203.0.113.200')).toMatchObject({ expires_in: 600 });
}, 60_000);

test('AUTH-5 where a device was once, the owner gets in under attack, also after signing out everywhere', async () => {
  const person = await join();
  const username = person.user.username ?? '';
  const home = await tryLogin(username, PASSWORD, '2001:db8:5:6::1');
  await refresh(accounts.deps, home.refresh_token, '198.18.0.9');
  await logoutEverywhere(accounts.deps, person.caller);
  for (let index = 0; index < 60; index++)
    await refusalOf(tryLogin(username, 'wrong password', `198.51.100.${index}`));
  expect(await refusalOf(tryLogin(username, PASSWORD, '203.0.113.201'))).toMatchObject({
    code: 'rate_limited',
  });
  for (const known of ['192.0.2.1', '2001:db8:5:6::abcd', '198.18.0.9'])
    expect(await tryLogin(username, PASSWORD, known)).toMatchObject({ expires_in: 600 });
});

test.each(['changing the password', 'deleting the account'])(
  'AUTH-5 %s from many addresses with a stolen access token gives no more guesses than signing in',
  async (what) => {
    const person = await join();
    const guess = (address: string) =>
      what === 'deleting the account'
        ? deleteAccount(accounts.deps, person.caller, 'wrong password', address)
        : changePassword(
            accounts.deps,
            person.caller,
            { current: 'wrong password', new: 'x'.repeat(9) },
            address,
          );
    let tried = 0;
    for (let index = 0; index < 120; index++) {
      const { code } = await refusalOf(guess(`198.51.100.${index % 40}`));
      if (code === 'forbidden') tried++;
    }
    expect(tried).toBe(50);
    expect(accounts.guessed).toContain(person.user.username ?? '');
  },
  60_000,
);

test('AUTH-5 addresses of one IPv6 /64 count as one', async () => {
  const { user } = await join();
  for (let index = 0; index < 10; index++) {
    await refusalOf(tryLogin(user.username ?? '', 'wrong password', `2001:db8:1:2:${index}::1`));
  }
  expect(await refusalOf(tryLogin(user.username ?? '', PASSWORD, '2001:db8:1:2:ffff::9'))).toMatchObject({
    code: 'rate_limited',
  });
  expect(await tryLogin(user.username ?? '', PASSWORD, '2001:db8:1:3::9')).toMatchObject({ expires_in: 600 });
});

test('AUTH-5 right passwords are not counted', async () => {
  const { user } = await join();
  for (let index = 0; index < 15; index++) await tryLogin(user.username ?? '', PASSWORD, '203.0.113.99');
});

test('AUTH-8 fifty more sign-ins do not put out a device that is connected, calls, or did so on another node', async () => {
  const [connected, calling, elsewhere] = [await join(), await join(), await join()];
  for (const person of [connected, calling, elsewhere]) {
    const username = person.user.username ?? '';
    if (person === connected) accounts.connected.add(person.sessionId);
    if (person === elsewhere)
      await accounts.database.query('UPDATE device_sessions SET active_at = now() WHERE id = $1', [
        person.sessionId,
      ]);
    for (let index = 0; index < LIMITS.devicesPerUser + 5; index++) {
      if (person === calling) accounts.activity.used(person.sessionId);
      await tryLogin(username);
    }
    const left = await accounts.sessionsOf(person.userId);
    expect(left).toHaveLength(LIMITS.devicesPerUser);
    expect(left).toContain(person.sessionId);
  }
  accounts.connected.clear();
}, 60_000);

test('AUTH-8 the 51st session drops the one that was used least recently', async () => {
  const person = await join();
  const username = person.user.username ?? '';
  for (let index = 1; index < LIMITS.devicesPerUser; index++) await tryLogin(username);
  const before = await accounts.sessionsOf(person.userId);
  expect(before).toHaveLength(50);
  await accounts.database.query(
    "UPDATE device_sessions SET last_used_at = now() + interval '1 hour' WHERE id = $1",
    [person.sessionId],
  );
  accounts.announcer.changes.length = 0;
  await tryLogin(username);
  const after = await accounts.sessionsOf(person.userId);
  expect(after).toHaveLength(50);
  const dropped = before.filter((id) => !after.includes(id));
  expect(dropped).toEqual([before[1] as never]);
  expect(accounts.announcer.changes).toEqual([
    { type: 'many_devices', userId: person.userId },
    { type: 'session_revoked', sessionId: dropped[0] as never, userId: person.userId },
  ]);
});
