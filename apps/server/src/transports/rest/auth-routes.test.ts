import { afterAll, beforeAll, expect, test } from 'bun:test';
import { SessionsAnswer, type SignedIn, SignedInAnswer, type Tokens, TokensAnswer } from '@tpx/protocol';
import { parseRateLimits } from '../../config/rate-limit-setting.ts';
import { registerAuthRoutes } from './auth-routes.ts';
import { openRest, refusalIn, type TestRest } from './rest.fixture.ts';

const PASSWORD = 'correct horse battery';
let rest: TestRest;

beforeAll(async () => {
  const limits = parseRateLimits('register=40/1h,refresh=20/1h', Error);
  rest = await openRest((app, accounts) => registerAuthRoutes(app, accounts.deps), { limits });
});
afterAll(() => rest[Symbol.asyncDispose]());

const post = <Body = Record<string, never>>(path: string, body?: unknown, token?: string, peer?: string) =>
  rest.call<Body>('POST', path, { body, token, ...(peer ? { peer } : {}) });
const register = async (username: string) => {
  const answer = await post<SignedIn>('/auth/register', {
    username,
    password: PASSWORD,
    device_name: 'desk',
  });
  expect(answer.status).toBe(201);
  return answer.body;
};

test('AUTH-1 register, login and refresh answer what the document says', async () => {
  const registered = await register('alice');
  SignedInAnswer.parse(registered);
  const loggedIn = await post<SignedIn>('/auth/login', { username: 'ALICE', password: PASSWORD });
  expect(loggedIn.status).toBe(200);
  SignedInAnswer.parse(loggedIn.body);
  expect(loggedIn.body.user).toEqual(registered.user);
  const refreshed = await post<Tokens>('/auth/refresh', { refresh_token: registered.refresh_token });
  expect(refreshed.status).toBe(200);
  expect(Object.keys(TokensAnswer.parse(refreshed.body)).sort()).toEqual([
    'access_token',
    'expires_in',
    'refresh_token',
  ]);
});

test('ACC-4 no answer holds the password or its hash', async () => {
  const answer = await post('/auth/register', { username: 'quiet', password: PASSWORD });
  expect(JSON.stringify(answer.body)).not.toMatch(/correct horse|argon2|password/);
});

test('ACC-1 a taken username is a conflict, a wrong one is invalid', async () => {
  await register('bob');
  const again = await post('/auth/register', { username: 'Bob', password: PASSWORD });
  expect(refusalIn(again)).toMatchObject({ status: 409, code: 'conflict' });
  const wrong = await post('/auth/register', { username: '1bob', password: 'short' });
  expect(refusalIn(wrong)).toMatchObject({
    status: 400,
    details: [{ path: 'username' }, { path: 'password' }],
  });
});

test('AUTH-2 a wrong login is unauthorized', async () => {
  await register('carol');
  for (const username of ['carol', 'nobody']) {
    const answer = await post('/auth/login', { username, password: 'wrong password' });
    expect(refusalIn(answer)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
});

test('AUTH-5 the eleventh wrong password is told to wait, with a time', async () => {
  await register('dora');
  const wrong = () =>
    post('/auth/login', { username: 'dora', password: 'wrong password' }, undefined, '198.51.100.66');
  for (let index = 0; index < 10; index++) expect((await wrong()).status).toBe(401);
  const limited = await wrong();
  expect(refusalIn(limited)).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(1);
});

test('AUTH-4 a token that is none of ours is unauthorized', async () => {
  for (const refresh_token of ['', 'x', 'A'.repeat(91), 'A'.repeat(512)]) {
    expect(refusalIn(await post('/auth/refresh', { refresh_token }))).toMatchObject({ status: 401 });
  }
  expect(refusalIn(await post('/auth/refresh', { refresh_token: 'A'.repeat(513) }))).toMatchObject({
    code: 'invalid',
  });
});

test('AUTH-8 sessions are listed and revoked; this one by logout', async () => {
  const first = await register('erin');
  const second = (await post<SignedIn>('/auth/login', { username: 'erin', password: PASSWORD })).body;
  const listed = await rest.call('GET', '/auth/sessions', { token: second.access_token });
  const { sessions } = SessionsAnswer.parse(listed.body);
  expect(sessions.map(({ current, device_name }) => [current, device_name])).toEqual([
    [true, 'unnamed device'],
    [false, 'desk'],
  ]);
  const other = `/auth/sessions/${sessions[1]?.id}`;
  expect((await rest.call('DELETE', other, { token: second.access_token })).status).toBe(204);
  expect(refusalIn(await rest.call('DELETE', other, { token: second.access_token }))).toMatchObject({
    status: 404,
  });
  expect(
    refusalIn(await rest.call('DELETE', '/auth/sessions/7', { token: second.access_token })),
  ).toMatchObject({
    code: 'invalid',
  });
  expect((await post('/auth/refresh', { refresh_token: first.refresh_token })).status).toBe(401);

  expect((await post('/auth/logout', undefined, second.access_token)).status).toBe(204);
  expect((await post('/auth/refresh', { refresh_token: second.refresh_token })).status).toBe(401);
});

test('AUTH-6 the access token of a revoked session is refused', async () => {
  const { access_token } = await register('frank');
  await post('/auth/logout', undefined, access_token);
  const answer = await rest.call('GET', '/auth/sessions', { token: access_token });
  expect(refusalIn(answer)).toMatchObject({
    status: 401,
    code: 'unauthorized',
    details: { reason: 'signed_out' },
  });
});

test('AUTH-1 registration is limited per address', async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 41; index++) {
    statuses.push((await post('/auth/register', { username: '!' }, undefined, '198.51.100.77')).status);
  }
  expect(statuses).toEqual([...new Array(40).fill(400), 429]);
  expect((await post('/auth/register', { username: '!' }, undefined, '198.51.100.78')).status).toBe(400);
});
