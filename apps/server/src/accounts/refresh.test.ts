import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { createHash, createHmac } from 'node:crypto';
import { until } from '@tpx/testkit';
import { openAccounts, PASSWORD, refusalOf, type TestAccounts } from './accounts.fixture.ts';
import { login } from './login.ts';
import { refresh } from './refresh.ts';

let accounts: TestAccounts;
let names = 0;

beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts[Symbol.asyncDispose]());
beforeEach(() => {
  accounts.announcer.changes.length = 0;
});

const join = () => accounts.join(`refresher${names++}`);
const use = (token: string) => refresh(accounts.deps, token, '192.0.2.7');
/** As if the answer had been lost for that long. */
const wait = (sessionId: string, time: string) =>
  accounts.database.query(
    'UPDATE device_sessions SET refresh_rotated_at = refresh_rotated_at - $2::interval WHERE id = $1',
    [sessionId, time],
  );
/** The row of a session, and a way to put it back as a restored backup does. */
async function backup(sessionId: string): Promise<() => Promise<unknown>> {
  const [row] = await accounts.database.query<{ row: Record<string, unknown> }>(
    'SELECT to_jsonb(s) AS row FROM device_sessions s WHERE id = $1',
    [sessionId],
  );
  return () =>
    accounts.database.transaction(async (tx) => {
      await tx.query('DELETE FROM device_sessions WHERE id = $1', [sessionId]);
      await tx.query(
        'INSERT INTO device_sessions SELECT (jsonb_populate_record(NULL::device_sessions, $1)).*',
        [row?.row],
      );
    });
}

test('AUTH-4 a refresh gives new tokens of the same session, again and again', async () => {
  const person = await join();
  const seen = new Set([person.refresh_token]);
  let token = person.refresh_token;
  for (let round = 0; round < 5; round++) {
    const next = await use(token);
    expect(await accounts.accessTokens.verify(next.access_token)).toMatchObject(person.caller);
    expect(next.expires_in).toBe(600);
    token = next.refresh_token;
    seen.add(token);
  }
  expect(seen.size).toBe(6);
  expect(await accounts.sessionsOf(person.userId)).toEqual([person.sessionId]);
});

test('AUTH-4 two uses at the same moment get the same successor', async () => {
  const person = await join();
  const answers = await Promise.all(Array.from({ length: 8 }, () => use(person.refresh_token)));
  expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
  await use(answers[0]?.refresh_token ?? '');
  expect(accounts.announcer.changes).toEqual([]);
});

test.each(['0 seconds', '11 seconds', '1 hour', '29 days'])(
  'AUTH-4 an answer that was lost %s ago is given again, as often as it takes',
  async (time) => {
    const person = await join();
    const lost = await use(person.refresh_token);
    await wait(person.sessionId, time);
    for (let attempt = 0; attempt < 3; attempt++)
      expect((await use(person.refresh_token)).refresh_token).toBe(lost.refresh_token);
    expect(accounts.announcer.changes).toEqual([]);
    // The chain goes on from there.
    const next = await use(lost.refresh_token);
    expect((await use(lost.refresh_token)).refresh_token).toBe(next.refresh_token);
    expect(await use(next.refresh_token)).toMatchObject({ expires_in: 600 });
  },
);

test('AUTH-4 a token whose successor was used is taken for stolen and the session is revoked', async () => {
  const person = await join();
  const first = await use(person.refresh_token);
  await use(first.refresh_token);
  expect(await refusalOf(use(person.refresh_token))).toMatchObject({ code: 'unauthorized' });
  expect(await accounts.sessionsOf(person.userId)).toEqual([]);
  const revoked = { type: 'session_revoked', sessionId: person.sessionId, userId: person.userId } as const;
  expect(accounts.announcer.changes).toEqual([revoked]);
  expect(await refusalOf(use(first.refresh_token))).toMatchObject({
    code: 'unauthorized',
    reason: 'signed_out',
  });
});

test.each([1, 2, 7])(
  'AUTH-4 a device that refreshed %d times after a backup stays signed in when it is restored',
  async (times) => {
    const person = await join();
    const before = await use(person.refresh_token);
    const restore = await backup(person.sessionId);
    let token = before.refresh_token;
    for (let n = 0; n < times; n++) token = (await use(token)).refresh_token;
    await restore();
    accounts.announcer.changes.length = 0;
    const next = await use(token);
    expect(await accounts.accessTokens.verify(next.access_token)).toMatchObject(person.caller);
    expect((await use(token)).refresh_token).toBe(next.refresh_token);
    await use(next.refresh_token);
    expect(accounts.announcer.changes).toEqual([]);
    // From there on a token that was used long ago is one again.
    expect(await refusalOf(use(before.refresh_token))).toMatchObject({ code: 'unauthorized' });
  },
);

test('AUTH-4 a device whose last answer was lost stays signed in over a restored backup, too', async () => {
  const person = await join();
  const restore = await backup(person.sessionId);
  const first = await use(person.refresh_token);
  await use(first.refresh_token);
  await restore();
  expect(await use(first.refresh_token)).toMatchObject({ expires_in: 600 });
  expect(accounts.announcer.changes).toEqual([]);
});

test('AUTH-4 a session that a restored backup does not have is over, in a sentence', async () => {
  const person = await join();
  await accounts.database.query('DELETE FROM device_sessions WHERE id = $1', [person.sessionId]);
  const { message, reason } = await refusalOf(use(person.refresh_token));
  expect([message, reason]).toEqual(['This device has been signed out. Log in again.', 'signed_out']);
});

test('AUTH-4 another session of the same person is not touched by a theft', async () => {
  const person = await join();
  const body = { username: person.user.username ?? '', password: PASSWORD };
  const other = await login(accounts.deps, body, '192.0.2.1');
  await use((await use(person.refresh_token)).refresh_token);
  await refusalOf(use(person.refresh_token));
  expect(await use(other.refresh_token)).toMatchObject({ expires_in: 600 });
});

test('AUTH-4 a forged token logs nobody out, whichever part of it is forged', async () => {
  const person = await join();
  const next = await use(person.refresh_token);
  const bytes = Buffer.from(person.refresh_token, 'base64url');
  for (const offset of [0, 15, 16, 19, 20, 51, 52, 67]) {
    const forged = Buffer.from(bytes);
    forged[offset] = (forged[offset] ?? 0) ^ 1;
    expect(await refusalOf(use(forged.toString('base64url')))).toMatchObject({
      code: 'unauthorized',
      reason: 'invalid',
    });
  }
  const texts = [
    '',
    'x',
    person.access_token,
    `${person.refresh_token}A`,
    person.refresh_token.slice(1),
    'A'.repeat(91),
  ];
  for (const text of texts) {
    expect(await refusalOf(use(text))).toMatchObject({ code: 'unauthorized', reason: 'invalid' });
  }
  // The last sign carries two bits of no byte: with them changed it decodes to the same token and is another text.
  const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = signs.indexOf(person.refresh_token.at(-1) ?? '');
  const twin = person.refresh_token.slice(0, -1) + signs[last ^ 1];
  expect(await refusalOf(use(twin))).toMatchObject({ code: 'unauthorized', reason: 'invalid' });
  expect(accounts.announcer.changes).toEqual([]);
  expect(await use(next.refresh_token)).toMatchObject({ expires_in: 600 });
});

test('AUTH-4 a use that waits for another one judges by what that one left', async () => {
  const person = await join();
  const { attempt } = await accounts.database.transaction(async (tx) => {
    await tx.query('UPDATE device_sessions SET refresh_hash = $2, refresh_parent_hash = $2 WHERE id = $1', [
      person.sessionId,
      new Uint8Array(32),
    ]);
    const attempt = refusalOf(use(person.refresh_token));
    await until(() => accounts.isAnyoneWaiting(), { what: 'the refresh to wait for the row' });
    // In an object: a bare promise would be awaited before the commit.
    return { attempt };
  });
  expect(await attempt).toMatchObject({ code: 'unauthorized', reason: 'signed_out' });
  expect(await accounts.sessionsOf(person.userId)).toEqual([]);
});

test('AUTH-4 a token of an expired session is refused, and each use makes it last 30 days more', async () => {
  const person = await join();
  const days = async () => {
    const [row] = await accounts.database.query<{ days: number }>(
      'SELECT extract(epoch FROM expires_at - now())::float8 / 86400 AS days FROM device_sessions WHERE id = $1',
      [person.sessionId],
    );
    return row?.days ?? 0;
  };
  await accounts.database.query(
    "UPDATE device_sessions SET expires_at = now() + interval '1 day' WHERE id = $1",
    [person.sessionId],
  );
  const next = await use(person.refresh_token);
  expect(await days()).toBeCloseTo(30, 1);
  await accounts.database.query(
    "UPDATE device_sessions SET expires_at = now() - interval '1 second' WHERE id = $1",
    [person.sessionId],
  );
  expect(await refusalOf(use(next.refresh_token))).toMatchObject({
    code: 'unauthorized',
    reason: 'signed_out',
  });
});

test('AUTH-4 the same successor comes even when the key was rotated in between', async () => {
  const person = await join();
  const first = await use(person.refresh_token);
  await accounts.database.query(
    "INSERT INTO signing_keys (kid, purpose, secret, created_at) VALUES ('newer', 'refresh', $1, now() - interval '31 days')",
    [crypto.getRandomValues(new Uint8Array(32))],
  );
  await accounts.database.query(
    "UPDATE signing_keys SET created_at = now() - interval '62 days' WHERE kid <> 'newer'",
  );
  await accounts.keys.reload();
  expect(accounts.keys.current('refresh').kid).toBe('newer');
  expect((await use(person.refresh_token)).refresh_token).toBe(first.refresh_token);
  expect(await use(first.refresh_token)).toMatchObject({ expires_in: 600 });
});

test('AUTH-4 a successor that was derived from the text of its parent, as it once was, comes again and is good', async () => {
  const person = await join();
  const parent = accounts.deps.refreshTokens.parse(person.refresh_token);
  const key = accounts.keys.current('refresh').secret;
  const secret = createHmac('sha256', key).update('successor').update(person.refresh_token).digest();
  const body = Buffer.from(person.refresh_token, 'base64url').subarray(0, 52);
  body.writeUInt32BE((parent?.generation ?? 0) + 1, 16);
  body.set(secret, 20);
  const mac = createHmac('sha256', key).update(body).digest().subarray(0, 16);
  const old = Buffer.concat([body, mac]).toString('base64url');
  await accounts.database.query(
    `UPDATE device_sessions SET refresh_parent_hash = refresh_hash, refresh_hash = $2, refresh_generation = 1
     WHERE id = $1`,
    [person.sessionId, createHash('sha256').update(old).digest()],
  );
  expect((await use(person.refresh_token)).refresh_token).toBe(old);
  expect(await use(old)).toMatchObject({ expires_in: 600 });
});

test('AUTH-4 Postgres holds hashes, never a token', async () => {
  const person = await join();
  const next = await use(person.refresh_token);
  const rows = await accounts.database.query<{ all: string }>(
    'SELECT s::text AS all FROM device_sessions s WHERE id = $1',
    [person.sessionId],
  );
  for (const token of [person.refresh_token, next.refresh_token]) {
    const secret = Buffer.from(token, 'base64url').subarray(20, 52).toString('hex');
    expect(rows[0]?.all).not.toContain(token);
    expect(rows[0]?.all).not.toContain(secret);
  }
});
