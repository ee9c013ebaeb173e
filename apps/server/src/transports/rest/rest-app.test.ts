import { afterAll, beforeAll, expect, test } from 'bun:test';
import { LIMITS, Refusal } from '@tpx/protocol';
import { z } from 'zod';
import { parseRateLimits } from '../../config/rate-limit-setting.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { openRest, refusalIn, type TestRest } from './rest.fixture.ts';
import { route } from './route.ts';

const Body = z.strictObject({
  name: z.string().min(3),
  size: z.int().optional(),
  nested: z.unknown().optional(),
});
const Anything = z.object({ got: z.unknown() });
const answered: unknown[][] = [];
let rest: TestRest;
let token: string;

beforeAll(async () => {
  const limits = parseRateLimits('change=3/1h,register=2/1h,ping=1/10s', Error);
  const onAnswer = (...args: unknown[]) => void answered.push(args.slice(0, 3));
  rest = await openRest(
    (app) => {
      const open = {
        tag: 'test',
        summary: 'x',
        access: 'open',
        limit: null,
        answers: { 200: Anything },
      } as const;
      const signedIn = { ...open, access: 'signed_in' } as const;
      const params = z.object({ id: z.string() });
      route(app, { ...open, method: 'post', path: '/echo', body: Body }, ({ body }) => ({
        status: 200,
        body: { got: body },
      }));
      route(
        app,
        {
          ...open,
          method: 'get',
          path: '/list',
          query: z.strictObject({ limit: z.coerce.number().optional() }),
        },
        ({ query }) => ({
          status: 200,
          body: { got: query },
        }),
      );
      route(app, { ...open, method: 'get', path: '/things/{id}', params }, ({ params: { id } }) => ({
        status: 200,
        body: { got: id },
      }));
      route(app, { ...open, method: 'delete', path: '/things/{id}', params, answers: { 204: null } }, () => ({
        status: 204,
      }));
      route(app, { ...open, method: 'get', path: '/broken' }, () => {
        throw new Error('the secret is plugh');
      });
      route(app, { ...open, method: 'get', path: '/away' }, () => {
        throw new Refusal('unavailable');
      });
      route(app, { ...open, method: 'get', path: '/wait' }, () => {
        throw new Refusal('rate_limited', undefined, { retryAfterMs: 1_001 });
      });
      route(app, { ...open, method: 'post', path: '/by-address', limit: 'register' }, () => ({
        status: 200,
        body: { got: 1 },
      }));
      route(app, { ...signedIn, method: 'get', path: '/whoami' }, ({ caller, address }) => ({
        status: 200,
        body: { got: { ...caller, address } },
      }));
      route(app, { ...signedIn, method: 'post', path: '/limited', limit: 'change', body: Body }, () => ({
        status: 200,
        body: { got: 1 },
      }));
    },
    { limits, shell: { onAnswer, trustedProxies: ['10.0.0.1'] } },
  );
  token = (await rest.accounts.join('somebody')).access_token;
});
afterAll(() => rest[Symbol.asyncDispose]());

const echo = async (
  body: string | Uint8Array | ReadableStream,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) => {
  const response = await rest.app.request('/echo', {
    method: 'POST',
    body: body as never,
    headers,
    duplex: 'half',
  } as RequestInit);
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as { got?: unknown },
  };
};

test('REST-1 a JSON body arrives, whatever parameters its type has', async () => {
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/problem+json',
  ]) {
    expect((await echo('{"name":"Zo\u00eb"}', { 'content-type': type })).body).toEqual({
      got: { name: 'Zo\u00eb' },
    });
  }
});

test.each([
  ['not JSON', '{"name":'],
  ['not JSON', "{'name': 1}"],
  ['not JSON', '{"name":"abc"}}'],
  ['an array', '[]'],
  ['null', 'null'],
  ['a string', '"x"'],
  ['a wrong type', '{"name":7}'],
  ['an unknown field', '{"name":"abc","admin":true}'],
  ['a prototype', '{"name":"abc","__proto__":{"admin":true}}'],
  ['deep nesting', `{"name":"abc","nested":${'['.repeat(17)}${']'.repeat(17)}}`],
  ['very deep nesting', '['.repeat(100_000)],
  ['very deep objects', '{"a":'.repeat(50_000)],
])('REST-1 %s is invalid', async (_, body) => {
  expect(refusalIn(await echo(body))).toMatchObject({ status: 400, code: 'invalid' });
});

test('REST-1 nesting within the limit is fine', async () => {
  const depth = LIMITS.jsonDepthMax - 1;
  expect((await echo(`{"name":"abc","nested":${'['.repeat(depth)}${']'.repeat(depth)}}`)).status).toBe(200);
});

test('REST-1 bytes that are not UTF-8 are invalid', async () => {
  const bytes = Uint8Array.from([...Buffer.from('{"name":"ab'), 0xff, 0xc0, ...Buffer.from('"}')]);
  expect(refusalIn(await echo(bytes))).toMatchObject({ code: 'invalid', message: 'The body is not UTF-8.' });
});

test('REST-1 another type is unsupported; an empty body counts as {}', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
    expect(refusalIn(await echo('{"name":"abc"}', { 'content-type': type }))).toMatchObject({
      status: 415,
      code: 'unsupported_media',
    });
  }
  expect(refusalIn(await echo('', {}))).toMatchObject({ code: 'invalid', details: [{ path: 'name' }] });
});

test('REST-1 a body past the limit is refused, announced or not, and is not read to its end', async () => {
  const big = `{"name":"${'x'.repeat(LIMITS.bodyMaxBytes)}"}`;
  expect(refusalIn(await echo(big))).toMatchObject({ status: 413, code: 'too_large' });
  let pulled = 0;
  const endless = new ReadableStream({
    pull(controller) {
      pulled += 1;
      if (pulled > 1_000) controller.close();
      else controller.enqueue(new Uint8Array(65_536).fill(120));
    },
  });
  expect(refusalIn(await echo(endless))).toMatchObject({ status: 413, code: 'too_large' });
  expect(pulled).toBeLessThan(20);
});

test('REST-2 invalid names the first thing wrong, and all of them in details', async () => {
  expect(refusalIn(await echo('{"name":"ab","size":1.5,"x":1}'))).toMatchObject({
    message: expect.stringMatching(/^name: /),
    details: [{ path: 'name' }, { path: 'size' }, { path: '', message: expect.stringContaining('"x"') }],
  });
});

test('REST-2 a query is checked like a body: wrong, unknown and repeated parameters', async () => {
  expect((await rest.call('GET', '/list?limit=5')).body).toEqual({ got: { limit: 5 } } as never);
  for (const query of ['limit=x', 'limit=1&limit=2', 'page=2', 'limit=%ff']) {
    expect(refusalIn(await rest.call('GET', `/list?${query}`))).toMatchObject({
      status: 400,
      code: 'invalid',
    });
  }
});

test('REST-2 a retryable refusal says when, in whole seconds rounded up', async () => {
  const wait = await rest.call('GET', '/wait');
  expect(refusalIn(wait)).toMatchObject({ status: 429, code: 'rate_limited', retry_after_ms: 1_001 });
  expect(wait.headers.get('retry-after')).toBe('2');
  const away = await rest.call('GET', '/away');
  expect(refusalIn(away)).toMatchObject({ status: 503, code: 'unavailable' });
  expect(away.headers.get('retry-after')).toBe('1');
});

test('REST-3 the Bearer token makes the caller; nothing else does', async () => {
  const { userId, sessionId } = await rest.accounts.accessTokens.verify(token);
  const answer = await rest.call('GET', '/whoami', { token, peer: '198.51.100.3' });
  expect(answer.body).toEqual({ got: { userId, sessionId, address: '198.51.100.3' } } as never);
  const headers: Record<string, string>[] = [
    {},
    { authorization: token },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: `Basic ${token}` },
    { authorization: `Bearer ${token}x` },
    { authorization: `Bearer ${token} ${token}` },
    { cookie: `token=${token}; access_token=${token}` },
  ];
  for (const given of headers) {
    const refused = await rest.call('GET', `/whoami?token=${token}`, { headers: given });
    expect(refusalIn(refused)).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  }
});

test('REST-3 who is not authenticated is told so before anything of the request is judged', async () => {
  expect(refusalIn(await rest.call('POST', '/limited', { body: 'not json' }))).toMatchObject({
    code: 'unauthorized',
  });
});

test('REST-3 a wrong request counts too: the limit comes before the check', async () => {
  for (const code of ['invalid', 'invalid', 'invalid', 'rate_limited']) {
    expect(refusalIn(await rest.call('POST', '/limited', { token, body: {} })).code).toBe(code as never);
  }
  const other = (await rest.accounts.join('somebody-else')).access_token;
  expect((await rest.call('POST', '/limited', { token: other, body: { name: 'abc' } })).status).toBe(200);
});

test('REST-3 any origin may call, without credentials', async () => {
  const preflight = await rest.call('OPTIONS', '/limited', {
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
  const refused = await rest.call('GET', '/whoami', { headers: { origin: 'https://app.example' } });
  expect(refused.headers.get('access-control-allow-origin')).toBe('*');
});

test('REST-4 an error is logged under the request id and told without its text', async () => {
  rest.logged.length = 0;
  const answer = await rest.call('GET', '/broken');
  const id = answer.headers.get('x-request-id');
  expect(refusalIn(answer)).toMatchObject({ status: 500, code: 'internal', details: { request_id: id } });
  expect(JSON.stringify(answer.body)).not.toContain('plugh');
  expect(rest.logged).toHaveLength(1);
  expect(rest.logged[0]).toContain('the secret is plugh');
  expect(rest.logged[0]).toContain(String(id));
});

test('REST-4 an unknown path is not_found; a method that a path lacks is 405 with those that it has', async () => {
  for (const path of [
    '/nothing',
    '/things',
    '/things/1/2',
    '/echo/',
    '/../etc/passwd',
    '/%2e%2e/%00',
    '//echo',
  ]) {
    expect(refusalIn(await rest.call('GET', path))).toMatchObject({ status: 404, code: 'not_found' });
  }
  const wrong = await rest.call('PUT', '/things/7');
  expect(refusalIn(wrong)).toMatchObject({ status: 405, code: 'invalid' });
  expect(wrong.headers.get('allow')).toBe('DELETE, GET, HEAD');
  expect((await rest.call('HEAD', '/things/7')).status).toBe(200);
  expect((await rest.call('DELETE', '/things/7')).status).toBe(204);
});

test('REST-4 an answer forbids sniffing, framing and storing', async () => {
  for (const path of ['/things/1', '/nothing', '/broken']) {
    const { headers } = await rest.call('GET', path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('REST-5 a limit per address counts the client behind a trusted proxy, and nobody can invent one', async () => {
  const from = (peer: string, forwarded: string) =>
    rest.call('POST', '/by-address', { peer, headers: { 'x-forwarded-for': forwarded } });
  for (const status of [200, 200, 429]) expect((await from('10.0.0.1', '203.0.113.1')).status).toBe(status);
  expect((await from('10.0.0.1', '203.0.113.2')).status).toBe(200);
  const statuses: number[] = [];
  for (const invented of ['1.1.1.1', '2.2.2.2', '3.3.3.3'])
    statuses.push((await from('198.51.100.9', invented)).status);
  expect(statuses).toEqual([200, 200, 429]);
});

test('REST-6 addresses of one IPv6 /64 share a limit', async () => {
  const from = (peer: string) => rest.call('POST', '/by-address', { peer });
  expect((await from('2001:db8::1')).status).toBe(200);
  expect((await from('2001:db8::2')).status).toBe(200);
  expect((await from('2001:db8:0:0:ffff::3')).status).toBe(429);
  expect((await from('2001:db8:0:1::1')).status).toBe(200);
});

test('REST-7 a cursor gives back its key; one that was not given out is invalid', () => {
  const key = z.tuple([z.string(), z.int()]);
  const cursor = writeCursor(['2026-01-01', 7]) ?? '';
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(readCursor(key, cursor)).toEqual(['2026-01-01', 7]);
  expect(readCursor(key, undefined)).toBeUndefined();
  expect(writeCursor(null)).toBeNull();
  for (const wrong of [
    '',
    'x',
    `${cursor}x`,
    '!!!',
    writeCursor({ a: 1 }) ?? '',
    writeCursor([7, '7']) ?? '',
  ]) {
    expect(() => readCursor(key, wrong)).toThrow(Refusal);
  }
});

test('REST-9 answers are counted by the path as declared', async () => {
  answered.length = 0;
  await rest.call('GET', '/things/17');
  await rest.call('GET', '/nothing/17');
  await rest.call('GET', '/whoami');
  expect(answered).toEqual([
    ['GET', '/things/:id', 200],
    ['GET', undefined, 404],
    ['GET', '/whoami', 401],
  ]);
});
