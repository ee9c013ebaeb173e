import { afterAll, beforeAll, expect, test } from 'bun:test';
import { LIMITS } from '@tpx/protocol';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { registerAuthRoutes } from './auth-routes.ts';
import { httpMetrics } from './http-metrics.ts';
import { databasePart, type Part } from './readiness.ts';
import { openRest, type TestRest } from './rest.fixture.ts';
import { registerSystemRoutes } from './system-routes.ts';
import { registerUserRoutes } from './user-routes.ts';

const parts: Record<string, Part> = {};
let rest: TestRest;

beforeAll(async () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const info = { version: '0.1.0', tcp: null, features: ['rest'] };
  rest = await openRest(
    (app, accounts) => {
      parts.database = databasePart(accounts.database);
      registerSystemRoutes(app, { metrics: () => registry.metrics(), parts, info });
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
  const { headers, body } = await rest.call<string>('GET', '/metrics');
  expect(headers.get('content-type')).toContain('text/plain');
  expect(body).toMatch(/^process_resident_memory_bytes \d+/m);
  expect(body).toMatch(/^tpx_http_requests_total\{method="GET",route="\/healthz",status="200"\} \d+/m);
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
});
