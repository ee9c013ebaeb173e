import { afterAll, beforeAll, expect, test } from 'bun:test';
import { findBrokenAuditEntry, REFUSALS, Refusal, type SessionId, type UserId } from '@tpx/protocol';
import pino from 'pino';
import { GroupWorld } from '../../groups/group-world.fixture.ts';
import { registerDmRoutes } from './dm-routes.ts';
import { registerGroupRoutes } from './group-routes.ts';
import { createRestApp } from './rest-app.ts';
import type { RestApp } from './rest-env.ts';

let world: GroupWorld;
let app: RestApp;
let online: UserId[] = [];
let owner: UserId;
let user: UserId;
let stranger: UserId;

beforeAll(async () => {
  world = await GroupWorld.open();
  [owner, user, stranger] = (await world.people(3)) as [UserId, UserId, UserId];
  app = createRestApp({
    // The token of a test is the user's id.
    authenticate: async (token) => {
      if (token.length !== 36) throw new Refusal('unauthorized');
      return { userId: token as UserId, sessionId: token as unknown as SessionId };
    },
    limiter: world.limiter,
    log: pino({ level: 'silent' }),
    trustedProxies: [],
  });
  const { database, announcer, limiter } = world;
  registerGroupRoutes(app, { database, announcer, online: { onlineIn: async () => online.toSorted() } });
  registerDmRoutes(app, { database, announcer, limiter });
});
afterAll(() => world[Symbol.asyncDispose]());

type Json = Record<string, unknown>;

/** Status and body; a refusal's body is its code. */
async function call(
  who: UserId,
  method: string,
  path: string,
  body?: Json,
): Promise<[number, Json | string | null]> {
  const answer = await app.fetch(
    new Request(`http://node${path}`, {
      method,
      headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
  const text = await answer.text();
  const json = text === '' ? null : JSON.parse(text);
  return [answer.status, json?.error ? json.error.code : json];
}

async function makeGroup(): Promise<string> {
  const [status, body] = await call(owner, 'POST', '/groups', { name: 'Room' });
  expect(status).toBe(201);
  return ((body as Json).group as Json).id as string;
}

test('GRP-12 a group is made, seen, listed, changed and deleted', async () => {
  const id = await makeGroup();
  expect(await call(owner, 'GET', `/groups/${id}`)).toMatchObject([200, { group: { id, role: 'owner' } }]);
  expect(await call(owner, 'GET', '/groups?limit=100')).toMatchObject([
    200,
    { groups: [{ id }], cursor: null },
  ]);
  expect(await call(owner, 'PATCH', `/groups/${id}`, { name: 'Hall', messages_retention: 60 })).toMatchObject(
    [200, { group: { name: 'Hall', messages_retention: 60 } }],
  );
  expect(await call(owner, 'PATCH', `/groups/${id}`, {})).toEqual([400, 'invalid']);
  expect(await call(owner, 'PATCH', `/groups/${id}`, { colour: 'red' })).toEqual([400, 'invalid']);
  expect(await call(owner, 'DELETE', `/groups/${id}`)).toEqual([204, null]);
  expect(await call(owner, 'GET', `/groups/${id}`)).toEqual([404, 'not_found']);
});

test('GRP-2 each refusal has the status of its code', async () => {
  const id = await makeGroup();
  await call(owner, 'POST', `/groups/${id}/add`, { user_id: user });
  const refused = async (code: keyof typeof REFUSALS, ...given: Parameters<typeof call>) =>
    expect(await call(...given)).toEqual([REFUSALS[code].http, code]);
  await refused('not_member', stranger, 'GET', `/groups/${id}`);
  await refused('not_found', stranger, 'GET', `/groups/${Bun.randomUUIDv7()}`);
  await refused('invalid', stranger, 'GET', '/groups/1');
  await refused('forbidden', user, 'POST', `/groups/${id}/kick`, { user_id: owner });
  await refused('conflict', owner, 'POST', `/groups/${id}/leave`);
  await refused('unsupported_media', owner, 'PATCH', `/groups/${id}`, { photo_media_id: Bun.randomUUIDv7() });
  await refused('invalid', owner, 'POST', `/groups/${id}/ban`, { user_id: 'bob' });
  await call(owner, 'POST', `/groups/${id}/ban`, { user_id: user });
  await refused('banned', user, 'GET', `/groups/${id}`);
  await refused('unauthorized', 'x' as UserId, 'GET', `/groups/${id}`);
});

test('GRP-15 every act on a person is reached by its path and answers with the group', async () => {
  const id = await makeGroup();
  const act = async (name: string, target: UserId, who = owner) =>
    expect(
      await call(who, 'POST', `/groups/${id}/${name}`, { user_id: target, reason: 'because' }),
    ).toMatchObject([200, { group: { id } }]);
  await act('add', user);
  await act('promote', user);
  await act('demote', user);
  await act('kick', user);
  await act('ban', user);
  expect(await call(owner, 'GET', `/groups/${id}/banned`)).toMatchObject([
    200,
    { banned: [{ user: { id: user }, reason: 'because', banned_by: owner }], cursor: null },
  ]);
  await act('unban', user);
  await act('add', user);
  await act('transfer', user);
  const [status, body] = await call(user, 'GET', `/groups/${id}/audit?limit=100`);
  expect(status).toBe(200);
  const { entries } = body as unknown as { entries: Parameters<typeof findBrokenAuditEntry>[0] };
  expect(entries.map(({ action }) => action)).toEqual([
    'promote',
    'demote',
    'kick',
    'ban',
    'unban',
    'transfer',
  ]);
  const sha256 = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex');
  expect(await findBrokenAuditEntry(entries, sha256)).toBe(-1);
});

test('AUDIT-4 the audit log is paged by cursor, oldest first', async () => {
  const id = await makeGroup();
  for (const name of ['add', 'promote', 'demote', 'kick', 'ban']) {
    await call(owner, 'POST', `/groups/${id}/${name}`, { user_id: user });
  }
  const actions: unknown[] = [];
  let cursor: unknown = '';
  do {
    const [, body] = await call(
      owner,
      'GET',
      `/groups/${id}/audit?limit=3${cursor ? `&cursor=${cursor}` : ''}`,
    );
    const page = body as { entries: { action: string }[]; cursor: string | null };
    actions.push(...page.entries.map(({ action }) => action));
    cursor = page.cursor;
  } while (cursor);
  expect(actions).toEqual(['promote', 'demote', 'kick', 'ban']);
  expect(await call(owner, 'GET', `/groups/${id}/audit?cursor=nonsense`)).toEqual([400, 'invalid']);
});

test('GRP-10 an invite is made, read, used and withdrawn', async () => {
  const id = await makeGroup();
  const [status, made] = await call(owner, 'POST', `/groups/${id}/invites`, { max_uses: 1 });
  expect(status).toBe(201);
  const { code } = (made as { invite: { code: string } }).invite;
  expect(await call(stranger, 'GET', `/groups/${id}/invites/${code}`)).toEqual([403, 'not_member']);
  expect(await call(stranger, 'POST', `/groups/${id}/join`)).toEqual([403, 'forbidden']);
  expect(await call(stranger, 'POST', `/groups/${id}/join`, { invite: code })).toMatchObject([
    200,
    { group: { id } },
  ]);
  expect(await call(user, 'POST', `/groups/${id}/join`, { invite: code })).toEqual([410, 'expired']);
  expect(await call(owner, 'GET', `/groups/${id}/invites/${code}`)).toMatchObject([
    200,
    { invite: { uses: 1 } },
  ]);
  expect(await call(owner, 'GET', `/groups/${id}/invites`)).toMatchObject([
    200,
    { invites: [{ code }], cursor: null },
  ]);
  expect(await call(owner, 'DELETE', `/groups/${id}/invites/${code}`)).toEqual([204, null]);
  expect(await call(owner, 'GET', `/groups/${id}/invites/${code}`)).toEqual([404, 'not_found']);
  expect(await call(stranger, 'POST', `/groups/${id}/leave`)).toMatchObject([200, { group: { role: null } }]);
});

test('GRP-7 members are paged by cursor and filtered by online', async () => {
  const id = await makeGroup();
  for (const target of [user, stranger]) await call(owner, 'POST', `/groups/${id}/add`, { user_id: target });
  const [, first] = await call(owner, 'GET', `/groups/${id}/members?limit=2`);
  const { members, cursor } = first as { members: unknown[]; cursor: string };
  expect(members).toHaveLength(2);
  const [, rest] = await call(owner, 'GET', `/groups/${id}/members?limit=2&cursor=${cursor}`);
  expect(rest).toMatchObject({ members: [{ user: {}, role: 'user' }], cursor: null });
  online = [user];
  expect(await call(owner, 'GET', `/groups/${id}/members?online=true`)).toMatchObject([
    200,
    { members: [{ user: { id: user }, role: 'user' }], cursor: null },
  ]);
  const [, away] = await call(owner, 'GET', `/groups/${id}/members?online=false`);
  expect((away as { members: unknown[] }).members).toHaveLength(2);
  expect(await call(owner, 'GET', `/groups/${id}/members?online=maybe`)).toEqual([400, 'invalid']);
  expect(await call(owner, 'GET', `/groups/${id}/members?limit=101`)).toEqual([400, 'invalid']);
});

test('DM-1 a DM is 201 when it is made, 200 when it is there, and listed by cursor', async () => {
  const [me] = (await world.people(1)) as [UserId];
  const [status, made] = await call(me, 'POST', '/dms', { user_id: user });
  expect(status).toBe(201);
  expect(await call(user, 'POST', '/dms', { user_id: me })).toEqual([200, made]);
  await call(me, 'POST', '/dms', { user_id: stranger });
  const [, first] = await call(me, 'GET', '/dms?limit=1');
  const page = first as { dms: { user_a: string; user_b: string }[]; cursor: string };
  expect([page.dms[0]?.user_a, page.dms[0]?.user_b]).toContain(stranger);
  expect(await call(me, 'GET', `/dms?limit=1&cursor=${page.cursor}`)).toMatchObject([
    200,
    { dms: [(made as { dm: Json }).dm], cursor: null },
  ]);
  expect(await call(me, 'POST', '/dms', { user_id: me })).toEqual([400, 'invalid']);
  await world.database.query('INSERT INTO blocks (user_id, blocked_id) VALUES ($1, $2)', [user, me]);
  expect(await call(me, 'POST', '/dms', { user_id: user })).toEqual([403, 'blocked']);
});
