import { afterAll, beforeAll, expect, test } from 'bun:test';
import { RegisterBody } from '@tpx/protocol';
import { openAccounts, PASSWORD, refusalOf, type TestAccounts } from './accounts.fixture.ts';
import { register } from './register.ts';
import { findUser } from './users.ts';

let accounts: TestAccounts;

beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts[Symbol.asyncDispose]());

const tryRegister = (username: string) =>
  register(accounts.deps, { username, password: PASSWORD }, '192.0.2.1');

test('ACC-1 an account has a username, a PIN and a first session', async () => {
  const { user, access_token } = await tryRegister('alice');
  expect(user).toMatchObject({
    username: 'alice',
    display_name: 'alice',
    status: { state: 'online', text: '' },
  });
  expect(user.pin).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
  expect(user.created_at).toBe(user.updated_at);
  const { sessionId } = await accounts.accessTokens.verify(access_token);
  expect(await accounts.sessionsOf(user.id)).toEqual([sessionId]);
});

test('ACC-1 a username is one person’s, whatever its case', async () => {
  await tryRegister('bob');
  const body = RegisterBody.parse({ username: 'BoB', password: PASSWORD });
  expect(await refusalOf(register(accounts.deps, body, ''))).toMatchObject({ code: 'conflict' });
});

test('ACC-1 of those who register a username at once, one gets it', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => tryRegister('carol')));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
  }
  const rows = await accounts.database.query("SELECT id FROM users WHERE username = 'carol'");
  expect(rows).toHaveLength(1);
});

test('ACC-2 PINs differ', async () => {
  const people = await Promise.all(['dave1', 'dave2', 'dave3', 'dave4'].map(tryRegister));
  expect(new Set(people.map(({ user }) => user.pin)).size).toBe(4);
});

test('ACC-3 a username that reads as somebody’s PIN is refused, whatever look-alikes it uses', async () => {
  const victim = await tryRegister('victim');
  await accounts.database.query("UPDATE users SET pin = 'H0TE11NN' WHERE id = $1", [victim.user.id]);
  for (const username of ['hotelinn', 'h0te11nn', 'h-o-t-e-l-i-n-n', 'hoteilnn']) {
    expect(await refusalOf(tryRegister(username))).toMatchObject({ code: 'conflict' });
  }
  expect((await tryRegister('hotelinm')).user.username).toBe('hotelinm');
  expect((await findUser(accounts.database, 'hotelinn', null)).id).toBe(victim.user.id);
});

test.each([
  [{ username: 'ab' }, 'username'],
  [{ username: '1abc' }, 'username'],
  [{ username: 'a'.repeat(33) }, 'username'],
  [{ username: 'al ice' }, 'username'],
  [{ username: "a'; DROP TABLE users;--" }, 'username'],
  [{ username: 'al\u0456ce' }, 'username'],
  [{ password: '123456789' }, 'password'],
  [{ password: 'x'.repeat(257) }, 'password'],
  [{ password: 1234567890 }, 'password'],
  [{ display_name: '\u202e\u200b ' }, 'display_name'],
  [{ admin: true }, ''],
])('ACC-1 %j is refused where it is wrong', (wrong, path) => {
  const parsed = RegisterBody.safeParse({ username: 'alice', password: PASSWORD, ...wrong });
  expect(parsed.error?.issues[0]?.path.join('.')).toBe(path);
});
