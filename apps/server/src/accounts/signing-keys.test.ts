import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { SessionId, UserId } from '@tpx/protocol';
import { openTestDatabase, type TestDatabase } from '../db/test-database.ts';
import { AccessTokens } from './access-tokens.ts';
import { silentLog } from './accounts.fixture.ts';
import { RefreshTokens } from './refresh-tokens.ts';
import { SigningKeys } from './signing-keys.ts';

const caller = { userId: Bun.randomUUIDv7() as UserId, sessionId: Bun.randomUUIDv7() as SessionId };
let database: TestDatabase;
let opened: SigningKeys[] = [];

beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  for (const keys of opened) keys.close();
  opened = [];
  await database[Symbol.asyncDispose]();
});

async function openKeys(now?: () => number): Promise<SigningKeys> {
  const keys = await SigningKeys.open(database, silentLog, now);
  opened.push(keys);
  return keys;
}

const age = (days: number) =>
  database.query('UPDATE signing_keys SET created_at = created_at - make_interval(secs => $1)', [
    days * 86_400,
  ]);
const kids = async (purpose: string) =>
  (
    await database.query<{ kid: string }>(
      'SELECT kid FROM signing_keys WHERE purpose = $1 ORDER BY created_at',
      [purpose],
    )
  ).map(({ kid }) => kid);

test('AUTH-7 nodes that start together end with the same keys', async () => {
  const nodes = await Promise.all(Array.from({ length: 6 }, () => openKeys()));
  expect(await kids('access')).toHaveLength(1);
  expect(await kids('refresh')).toHaveLength(1);
  expect(new Set(nodes.map((keys) => keys.current('access').kid)).size).toBe(1);
  expect(new Set(nodes.map((keys) => Buffer.from(keys.current('refresh').secret).toString('hex'))).size).toBe(
    1,
  );
});

test('AUTH-7 keys outlive a restart', async () => {
  const token = new AccessTokens(await openKeys()).sign(caller);
  expect(await new AccessTokens(await openKeys()).verify(token)).toMatchObject(caller);
});

test('AUTH-7 after 30 days there is a new key, which signs only once every node has had time to load it', async () => {
  const keys = await openKeys();
  const [old] = await kids('access');
  await age(29);
  await keys.reload();
  expect(await kids('access')).toEqual([old ?? '']);
  await age(1.001);
  await keys.reload();
  expect(await kids('access')).toHaveLength(2);
  expect(keys.current('access').kid).toBe(old ?? '');
  await database.query("UPDATE signing_keys SET created_at = created_at - interval '3 minutes'");
  await keys.reload();
  expect(keys.current('access').kid).not.toBe(old ?? '');
});

test('AUTH-7 the old keys verify what they signed, until nothing of it can be valid', async () => {
  const keys = await openKeys();
  const access = new AccessTokens(keys).sign(caller);
  const refresh = new RefreshTokens(keys).issue(caller.sessionId);
  await age(30.1);
  await keys.reload();
  await age(0.9);
  await keys.reload();
  expect(await new AccessTokens(keys).verify(access)).toMatchObject(caller);
  expect(new RefreshTokens(keys).parse(refresh.text)).toMatchObject({ sessionId: caller.sessionId });
  expect(await kids('access')).toHaveLength(2);
  await age(29.2);
  await keys.reload();
  // The first access key went with the second rotation; the first refresh key may still sign.
  expect(await kids('access')).toHaveLength(2);
  expect(await kids('refresh')).toHaveLength(3);
  await expect(new AccessTokens(keys).verify(access)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('AUTH-4 no backup of the last 30 days lacks the key of a refresh token that was given out since', async () => {
  const keys = await openKeys();
  const backups: { day: number; kids: Set<string> }[] = [];
  const signed = new Set<string>();
  for (let day = 0; day < 200; day += 2) {
    await keys.reload();
    const rows = await database.query<{ kid: string }>(
      "SELECT kid FROM signing_keys WHERE purpose = 'refresh'",
    );
    backups.push({ day, kids: new Set(rows.map(({ kid }) => kid)) });
    const { kid } = keys.current('refresh');
    signed.add(kid);
    for (const backup of backups.filter((one) => one.day > day - 30)) expect(backup.kids).toContain(kid);
    await age(2);
  }
  // They do change.
  expect(signed.size).toBeGreaterThan(3);
  expect((await kids('refresh')).length).toBeLessThan(5);
});

test('AUTH-7 a kid of another node is loaded when it is met; invented ones cost one query in 2 s', async () => {
  const clock = { now: 1_000_000 };
  const keys = await openKeys(() => clock.now);
  const kid = 'made-by-another-node';
  await database.query('INSERT INTO signing_keys (kid, purpose, secret) VALUES ($1, $2, $3)', [
    kid,
    'access',
    crypto.getRandomValues(new Uint8Array(32)),
  ]);
  expect(await keys.find('access', kid)).toBeUndefined();
  clock.now += 2_000;
  let queries = 0;
  const reload = keys.reload.bind(keys);
  keys.reload = () => {
    queries += 1;
    return reload();
  };
  await Promise.all(Array.from({ length: 100 }, (_, index) => keys.find('access', `invented-${index}`)));
  expect(queries).toBe(1);
  expect(await keys.find('access', kid)).toMatchObject({ kid });
});
