import { afterAll, beforeAll, expect, test } from 'bun:test';
import { OwnUserAnswer, UserAnswer, UsersAnswer } from '@tpx/protocol';
import type { z } from 'zod';
import { PASSWORD } from '../../accounts/accounts.fixture.ts';
import { openRest, refusalIn, type TestRest } from './rest.fixture.ts';
import { registerUserRoutes } from './user-routes.ts';

type Person = Awaited<ReturnType<TestRest['accounts']['join']>>;
let rest: TestRest;
let ann: Person;
let ben: Person;

beforeAll(async () => {
  rest = await openRest((app, accounts) => registerUserRoutes(app, accounts.deps), { limits: undefined });
  ann = await rest.accounts.join('ann');
  ben = await rest.accounts.join('ben');
});
afterAll(() => rest[Symbol.asyncDispose]());

const as = (person: Person, method: string, path: string, body?: unknown) =>
  rest.call(method, path, { token: person.access_token, body });

test('ACC-4 /users/me is my own account and not somebody named me', async () => {
  const answer = await as(ann, 'GET', '/users/me');
  expect(answer.status).toBe(200);
  expect(OwnUserAnswer.parse(answer.body).user).toEqual(ann.user);
});

test('ACC-3 somebody is found by id, username or PIN; nobody is not_found', async () => {
  for (const ref of [
    ann.user.id,
    'ann',
    `${ann.user.pin}`,
    encodeURIComponent(`${ann.user.pin}`.replace(/^..../, '$& ')),
  ]) {
    const answer = await as(ben, 'GET', `/users/${ref}`);
    expect(UserAnswer.strict().parse(answer.body).user.id).toBe(ann.user.id);
    expect(answer.body).not.toHaveProperty('user.blocked_users');
  }
  for (const ref of ['nobody', Bun.randomUUIDv7(), '%F0%9F%98%80', "'%20OR%201=1", '..%2f..%2fetc', '%ff']) {
    expect(refusalIn(await as(ben, 'GET', `/users/${ref}`))).toMatchObject({
      status: 404,
      code: 'not_found',
    });
  }
  for (const ref of ['x'.repeat(65), 'a%00b']) {
    expect(refusalIn(await as(ben, 'GET', `/users/${ref}`))).toMatchObject({ status: 400, code: 'invalid' });
  }
});

test('ACC-5 PATCH /users/me changes and answers the account', async () => {
  const status = { state: 'custom', text: 'caf\u00e9 \u202egnp.exe\u0007' };
  const answer = await as(ann, 'PATCH', '/users/me', { display_name: '  Ann\u200b  B ', status });
  expect(OwnUserAnswer.parse(answer.body).user).toMatchObject({
    display_name: 'Ann B',
    status: { state: 'custom', text: 'caf\u00e9 gnp.exe' },
  });
  for (const wrong of [
    { username: 'other' },
    { display_name: '' },
    { status: { state: 'away' } },
    { background: { color: 'red' } },
    { public_key: 'no base64!' },
    { id: ben.user.id },
  ]) {
    expect(refusalIn(await as(ann, 'PATCH', '/users/me', wrong))).toMatchObject({
      status: 400,
      code: 'invalid',
    });
  }
});

test('ACC-5 a photo is not part of this version', async () => {
  const photo = (media_id: unknown) => as(ann, 'PATCH', '/users/me/photo', { media_id });
  expect(refusalIn(await photo(Bun.randomUUIDv7()))).toMatchObject({
    status: 415,
    code: 'unsupported_media',
  });
  expect((await photo(null)).status).toBe(200);
  expect(refusalIn(await photo('x'))).toMatchObject({ status: 400 });
});

test('ACC-6 blocking, the paged list, unblocking', async () => {
  const others = await Promise.all(['c-1', 'c-2', 'c-3'].map((name) => rest.accounts.join(name)));
  for (const { userId } of others) expect((await as(ann, 'PUT', `/users/${userId}/block`)).status).toBe(204);
  const listed: string[] = [];
  let cursor: string | null = null;
  do {
    const answer: { body: unknown } = await as(
      ann,
      'GET',
      `/users/me/blocked?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
    );
    const page: z.infer<typeof UsersAnswer> = UsersAnswer.parse(answer.body);
    listed.push(...page.users.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor);
  expect(listed.sort()).toEqual(others.map(({ userId }) => userId as string).sort());
  for (const { userId } of others)
    expect((await as(ann, 'DELETE', `/users/${userId}/block`)).status).toBe(204);
  expect((await as(ann, 'GET', '/users/me/blocked')).body).toEqual({ users: [], cursor: null } as never);
});

test('ACC-6 blocking oneself, nobody, or by a wrong id is refused', async () => {
  expect(refusalIn(await as(ann, 'PUT', `/users/${ann.user.id}/block`))).toMatchObject({ status: 400 });
  expect(refusalIn(await as(ann, 'PUT', `/users/${Bun.randomUUIDv7()}/block`))).toMatchObject({
    status: 404,
  });
  expect(refusalIn(await as(ann, 'PUT', '/users/ben/block'))).toMatchObject({ status: 400 });
});

test('REST-7 a cursor that was not given out, and a limit past 100, are invalid', async () => {
  for (const query of ['cursor=x', 'cursor=', 'limit=101', 'limit=0', 'cursor=eyJhIjoxfQ']) {
    expect(refusalIn(await as(ann, 'GET', `/users/me/blocked?${query}`))).toMatchObject({ code: 'invalid' });
  }
});

test('ACC-7 DELETE /users/me takes the password', async () => {
  const leaver = await rest.accounts.join('leaver');
  expect(refusalIn(await as(leaver, 'DELETE', '/users/me', { password: 'wrong password' }))).toMatchObject({
    status: 403,
    code: 'forbidden',
  });
  expect((await as(leaver, 'DELETE', '/users/me', { password: PASSWORD })).status).toBe(204);
  expect(refusalIn(await as(leaver, 'GET', '/users/me'))).toMatchObject({ status: 401 });
  expect((await as(ann, 'GET', `/users/${leaver.user.id}`)).body).toMatchObject({
    user: { username: null, display_name: 'deleted user' },
  });
});

test('REST-3 every route of users asks for a token', async () => {
  const id = ann.user.id;
  const routes = [
    'GET /users/me',
    'PATCH /users/me',
    'DELETE /users/me',
    'PATCH /users/me/photo',
    'GET /users/me/blocked',
  ];
  for (const line of [...routes, `GET /users/${id}`, `PUT /users/${id}/block`, `DELETE /users/${id}/block`]) {
    const [method = '', path = ''] = line.split(' ');
    expect(refusalIn(await rest.call(method, path))).toMatchObject({ status: 401, code: 'unauthorized' });
  }
});
