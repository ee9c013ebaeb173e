import { expect } from 'bun:test';
import type { RefusalBody } from '@tpx/protocol';
import pino from 'pino';
import { openAccounts, type TestAccounts } from '../../accounts/accounts.fixture.ts';
import { authenticate } from '../../accounts/authenticate.ts';
import type { RateLimits } from '../../config/rate-limit-setting.ts';
import { createRestApp } from './rest-app.ts';
import type { RestApp, RestShell } from './rest-env.ts';

export type Answer<Body = Record<string, unknown>> = { status: number; headers: Headers; body: Body };

export type Call = {
  token?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  peer?: string;
};

/** Accounts behind a REST app; `register` adds the routes under test. */
export async function openRest(
  register: (app: RestApp, accounts: TestAccounts) => void,
  options: { limits?: RateLimits; shell?: Partial<RestShell> } = {},
) {
  const accounts = await openAccounts(options.limits);
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  const app = createRestApp({
    authenticate: (token) => authenticate(accounts.deps, token),
    limiter: accounts.limiter,
    log,
    trustedProxies: [],
    ...options.shell,
  });
  register(app, accounts);

  async function call<Body = Record<string, never>>(
    method: string,
    path: string,
    given: Call = {},
  ): Promise<Answer<Body>> {
    const headers: Record<string, string> = { ...given.headers };
    if (given.token) headers.authorization = `Bearer ${given.token}`;
    let body: string | undefined;
    if (given.body !== undefined) {
      headers['content-type'] ??= 'application/json';
      body = typeof given.body === 'string' ? given.body : JSON.stringify(given.body);
    }
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    const response = await app.request(path, init, { peerAddress: given.peer ?? '192.0.2.1' });
    const text = await response.text();
    const json = text !== '' && response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: (json ? JSON.parse(text) : text) as Body,
    };
  }

  return { app, accounts, call, logged, [Symbol.asyncDispose]: () => accounts[Symbol.asyncDispose]() };
}

export type TestRest = Awaited<ReturnType<typeof openRest>>;

/** The refusal in an answer, which has the shape of every refusal. */
export function refusalIn(answer: Answer<unknown>): { status: number } & RefusalBody {
  const { error, ...rest } = answer.body as { error: RefusalBody };
  expect(rest).toEqual({});
  expect(error.message.length).toBeGreaterThan(10);
  return { status: answer.status, ...error };
}
