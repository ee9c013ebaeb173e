import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { SessionId } from '@tpx/protocol';
import { openAccounts, PASSWORD, refusalOf, type TestAccounts } from './accounts.fixture.ts';
import { authenticate } from './authenticate.ts';
import { login } from './login.ts';
import { refresh } from './refresh.ts';
import { listSessions, logout, removeExpiredSessions, revokeSession } from './sessions.ts';

let accounts: TestAccounts;
let names = 0;

beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts[Symbol.asyncDispose]());
beforeEach(() => {
  accounts.announcer.changes.length = 0;
});

const join = () => accounts.join(`owner${names++}`, 'desk');
const revoked = (userId: string, sessionId: string) =>
  ({ type: 'session_revoked', userId, sessionId }) as never;

test('AUTH-8 my sessions are listed with the last used first and this one marked', async () => {
  const person = await join();
  const body = { username: person.user.username ?? '', password: PASSWORD, device_name: 'phone' };
  await login(accounts.deps, body, '198.51.100.4');
  const listed = await listSessions(accounts.deps, person.caller);
  expect(listed).toMatchObject([
    { device_name: 'phone', address: '198.51.100.4', current: false },
    { id: person.sessionId, device_name: 'desk', address: '192.0.2.1', current: true },
  ]);
  await refresh(accounts.deps, person.refresh_token, '203.0.113.5');
  const [first] = await listSessions(accounts.deps, person.caller);
  expect(first).toMatchObject({ id: person.sessionId, address: '203.0.113.5' });
});

test('AUTH-8 a revoked session is refused everywhere and announced', async () => {
  const person = await join();
  const body = { username: person.user.username ?? '', password: PASSWORD };
  const other = await login(accounts.deps, body, '');
  const { sessionId } = await accounts.accessTokens.verify(other.access_token);
  await revokeSession(accounts.deps, person.caller, sessionId);
  expect(accounts.announcer.changes).toEqual([revoked(person.userId, sessionId)]);
  expect(await refusalOf(refresh(accounts.deps, other.refresh_token, ''))).toMatchObject({
    code: 'unauthorized',
  });
  expect(await refusalOf(authenticate(accounts.deps, other.access_token))).toMatchObject({
    code: 'unauthorized',
    reason: 'signed_out',
  });
  expect(await authenticate(accounts.deps, person.access_token)).toEqual(person.caller);
});

test('AUTH-8 another person’s session does not exist for me', async () => {
  const mine = await join();
  const theirs = await join();
  for (const id of [theirs.sessionId, Bun.randomUUIDv7() as SessionId]) {
    expect(await refusalOf(revokeSession(accounts.deps, mine.caller, id))).toMatchObject({
      code: 'not_found',
    });
  }
  expect(accounts.announcer.changes).toEqual([]);
  expect(await accounts.sessionsOf(theirs.userId)).toHaveLength(1);
});

test('AUTH-8 logout ends this session alone', async () => {
  const person = await join();
  await login(accounts.deps, { username: person.user.username ?? '', password: PASSWORD }, '');
  await logout(accounts.deps, person.caller);
  expect(await accounts.sessionsOf(person.userId)).toHaveLength(1);
  expect(accounts.announcer.changes).toEqual([revoked(person.userId, person.sessionId)]);
});

test('AUTH-8 expired sessions are removed, announced, and no others', async () => {
  const expired = await join();
  const alive = await join();
  await accounts.database.query(
    "UPDATE device_sessions SET expires_at = now() - interval '1 second' WHERE id = $1",
    [expired.sessionId],
  );
  expect(await listSessions(accounts.deps, expired.caller)).toEqual([]);
  expect(await removeExpiredSessions(accounts.deps, new Date())).toBe(1);
  expect(await removeExpiredSessions(accounts.deps, new Date())).toBe(0);
  expect(accounts.announcer.changes).toEqual([revoked(expired.userId, expired.sessionId)]);
  expect(await accounts.sessionsOf(alive.userId)).toHaveLength(1);
});
