import { afterAll, beforeAll, expect, test } from 'bun:test';
import { LIMITS } from '@tpx/protocol';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { registerAuthRoutes } from './auth-routes.ts';
import { httpMetrics } from './http-metrics.ts';
import { databasePart, type Part } from './readiness.ts';
import { openRest, refusalIn, type TestRest } from './rest.fixture.ts';
import { registerSystemRoutes } from './system-routes.ts';
import { registerUserRoutes } from './user-routes.ts';

const parts: Record<string, Part> = {};
let rest: TestRest;
/** How often metrics were made. */
let made = 0;
const TOKEN = 'a-token-of-the-operator';
const here = { peer: '127.0.0.1' };

beforeAll(async () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const info = { version: '0.1.0', tcp: null, features: ['rest'] };
  rest = await openRest(
    (app, accounts) => {
      parts.database = databasePart(accounts.database);
      registerSystemRoutes(app, {
        metrics: () => {
          made++;
          return registry.metrics();
        },
        metricsToken: TOKEN,
        freshMs: { metrics: 200, ready: 0 },
        parts,
        info,
      });
      registerAuthRoutes(app, accounts.deps);
      registerUserRoutes(app, accounts.deps);
    },
    { shell: { onAnswer: httpMetrics(registry) } },
  );
});
afterAll(() => rest[Symbol.asyncDispose]());

test('REST-9 /healthz is alive and /readyz ready with a database', async () => {
  expect(await rest.call('GET', '/healthz')).toMatchObject({ status: 200, body: { alive: true } });
  expect(await rest.call('GET', '/readyz')).toMatchObject({
    status: 200,
    body: { ready: true, parts: { database: { ok: true, required: true } } },
  });
});

test('REST-9 a required part that is away makes /readyz 503 with what is missing; another is only told of', async () => {
  parts.bus = { required: false, check: () => Promise.reject(new Error('NATS does not answer.')) };
  const degraded = await rest.call('GET', '/readyz');
  expect(degraded).toMatchObject({
    status: 200,
    body: { ready: true, parts: { bus: { ok: false, message: 'NATS does not answer.' } } },
  });
  parts.bus = { ...parts.bus, required: true };
  expect(await rest.call('GET', '/readyz')).toMatchObject({ status: 503, body: { ready: false } });
  delete parts.bus;
});

test('REST-9 /readyz answers although a part does not', async () => {
  parts.stuck = { required: true, check: () => new Promise(() => undefined) };
  const answer = await rest.call('GET', '/readyz');
  expect(answer).toMatchObject({
    status: 503,
    body: { parts: { stuck: { ok: false }, database: { ok: true } } },
  });
  delete parts.stuck;
});

test('REST-9 /info has the version, the protocol’s version and the limits', async () => {
  expect((await rest.call('GET', '/info')).body).toEqual({
    version: '0.1.0',
    vsn: '2.0.0',
    tcp: null,
    features: ['rest'],
    limits: LIMITS,
  } as never);
});

test('REST-9 /metrics is Prometheus text with the process and the answers in it', async () => {
  await rest.call('GET', '/healthz');
  const { headers, body } = await rest.call<string>('GET', '/metrics', here);
  expect(headers.get('content-type')).toContain('text/plain');
  expect(body).toMatch(/^process_resident_memory_bytes \d+/m);
  expect(body).toMatch(/^tpx_http_requests_total\{method="GET",route="\/healthz",status="200"\} \d+/m);
});

test.each([
  ['from another machine', { peer: '192.0.2.1' }],
  ['from another machine in IPv6', { peer: '2001:db8::1' }],
  ['from nobody knows where', { peer: '' }],
  ['through a proxy on this machine', { ...here, headers: { 'x-forwarded-for': '192.0.2.1' } }],
  ['through a proxy that claims this machine', { ...here, headers: { 'x-forwarded-for': '127.0.0.1' } }],
  ['through a proxy that says Forwarded', { ...here, headers: { forwarded: 'for=127.0.0.1' } }],
  ['through a proxy that says Via', { ...here, headers: { via: '1.1 caddy' } }],
  ['through a tunnel to this machine', { ...here, headers: { 'cf-connecting-ip': '192.0.2.1' } }],
  ['through a load balancer of a cluster', { ...here, headers: { 'x-cluster-client-ip': '192.0.2.1' } }],
  ['by a page of another origin', { ...here, headers: { origin: 'https://evil.example' } }],
  ['by a page under a name that was made to point here', { ...here, headers: { host: 'evil.example:4000' } }],
  ['with another token', { peer: '192.0.2.1', headers: { authorization: `Bearer ${TOKEN}x` } }],
  [
    'with a part of the token',
    { peer: '192.0.2.1', headers: { authorization: `Bearer ${TOKEN.slice(0, 5)}` } },
  ],
  ['with another scheme', { peer: '192.0.2.1', headers: { authorization: `Basic ${TOKEN}` } }],
])('REST-12 /metrics is refused %s', async (_how, call) => {
  const before = made;
  const answer = await rest.call('GET', '/metrics', call);
  expect(refusalIn(answer)).toMatchObject({ status: 403, code: 'forbidden' });
  expect(made).toBe(before);
});

test.each([
  ['from this machine', here],
  ['from this machine in IPv6', { peer: '::1' }],
  ['from this machine over an IPv6 socket', { peer: '::ffff:127.0.0.1', headers: { host: '[::1]:4000' } }],
  ['from this machine by name', { ...here, headers: { host: 'localhost:4000' } }],
  ['with the token, from anywhere', { peer: '192.0.2.1', headers: { authorization: `Bearer ${TOKEN}` } }],
])('REST-12 /metrics is answered %s', async (_how, call) => {
  expect((await rest.call('GET', '/metrics', call)).status).toBe(200);
});

test('REST-12 a thousand questions for metrics cost a few answers', async () => {
  const before = made;
  await Promise.all(Array.from({ length: 1_000 }, () => rest.call('GET', '/metrics', here)));
  expect(made - before).toBeLessThan(20);
});

test('REST-8 /openapi.json describes every route that serves', async () => {
  const { body } = await rest.call<{ openapi: string; paths: Record<string, Record<string, unknown>> }>(
    'GET',
    '/openapi.json',
  );
  expect(body.openapi).toBe('3.1.0');
  const described = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const undescribed = ['get /', 'get /openapi.json', 'get /docs', 'get /metrics'];
  const serving = rest.app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect([...described, ...undescribed].sort()).toEqual([...new Set(serving)].sort());
  expect(described).toContain('post /auth/register');
});

test('REST-8 /openapi.json refers to nothing that it lacks', async () => {
  const { body } = await rest.call<{ components: { schemas: Record<string, unknown> } }>(
    'GET',
    '/openapi.json',
  );
  const refs = [...JSON.stringify(body).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name ?? '',
  );
  expect(refs.length).toBeGreaterThan(10);
  for (const name of refs) expect(body.components.schemas).toHaveProperty(name);
});

test('REST-8 /docs is one page without scripts that loads nothing', async () => {
  const { headers, body } = await rest.call<string>('GET', '/docs');
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toStartWith("default-src 'none'");
  expect(body).not.toMatch(/<script|<link|<img|src=|https?:|@import|url\(/);
  expect(body).toContain('<code>/auth/register</code>');
  expect(body).toContain('display_name?: string');
  expect(body).toContain('<code>Media | null</code>');
  expect(body).toContain('Lists take <code>limit</code>');
  expect(body).not.toContain('`');
});
