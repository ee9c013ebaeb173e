import { afterAll, describe, expect, test } from 'bun:test';
import { Refusal } from '@tpx/protocol';
import { resolvePlatform } from '../platform.ts';
import { NetworkError } from '../trouble.ts';
import { createRest } from './rest.ts';

const seen: { method: string; path: string; token: string | null; body: string }[] = [];
const me = {
  id: 'me',
  username: 'ann',
  pin: null,
  display_name: 'Ann',
  photo: null,
  background: null,
  status: { state: 'online', text: '' },
  public_key: null,
  created_at: '',
  updated_at: '',
  blocked_users: [],
};
const answers: Record<string, () => Response> = {
  '/users/me': () => Response.json({ user: me }),
  '/auth/login': () => Response.json({ user: me, access_token: 'a', refresh_token: 'r', expires_in: 600 }),
  '/users/a%2Fb': () => Response.json({ error: { code: 'not_found', message: 'Nobody.' } }, { status: 404 }),
  '/dms': () =>
    Response.json(
      { error: { code: 'rate_limited', message: 'Slow.' } },
      { status: 429, headers: { 'retry-after': '3' } },
    ),
  '/groups': () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
  '/search': () => Response.json({ messages: [], cursor: null }),
};
const server = Bun.serve({
  port: 0,
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    const token = request.headers.get('authorization');
    seen.push({ method: request.method, path: pathname + search, token, body: await request.text() });
    if (token === 'Bearer stale') return Response.json({ error: { code: 'unauthorized' } }, { status: 401 });
    return answers[pathname]?.() ?? Response.json({});
  },
});
afterAll(() => server.stop(true));

const url = `http://127.0.0.1:${server.port}`;
const rest = createRest(url, resolvePlatform({}), {
  token: async () => 'stale',
  replace: async (refused) => `${refused} no more`,
});
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('SDK-12 REST', () => {
  test('SDK-12 a token that is refused is replaced and the call repeated, once', async () => {
    seen.length = 0;
    expect(await rest.users.me()).toEqual({ user: me } as never);
    expect(seen.map(({ token }) => token)).toEqual(['Bearer stale', 'Bearer stale no more']);
  });

  test('SDK-12 a refusal has its code, and how long to wait from the body or the header', async () => {
    const missing = await failure(rest.users.get('a/b'));
    expect(missing).toBeInstanceOf(Refusal);
    expect(missing).toMatchObject({ code: 'not_found', message: 'Nobody.' });
    expect(await failure(rest.messages.dms())).toMatchObject({ code: 'rate_limited', retryAfterMs: 3_000 });
  });

  test('SDK-12 an answer that is none of this protocol, or none at all, is network trouble', async () => {
    const bad = await failure(rest.groups.list());
    expect(bad).toBeInstanceOf(NetworkError);
    expect(bad).toMatchObject({ trouble: 'bad_answer' });
    const nobody = createRest('http://127.0.0.1:1', resolvePlatform({}));
    expect(await failure(nobody.users.me())).toMatchObject({ trouble: 'unreachable' });
  });

  test('SDK-12 what is undefined or null is left out of a query, the rest is encoded', async () => {
    seen.length = 0;
    await rest.messages.search({ q: 'a&b=ü', group_id: 'g', cursor: null });
    expect(seen.at(-1)?.path).toBe('/search?q=a%26b%3D%C3%BC&group_id=g');
  });

  test('SDK-12 signing in sends no token', async () => {
    seen.length = 0;
    await rest.auth.login({ username: 'ann', password: 'x' });
    expect(seen).toMatchObject([{ method: 'POST', token: null, body: '{"username":"ann","password":"x"}' }]);
  });
});
