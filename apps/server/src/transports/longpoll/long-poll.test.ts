import { afterEach, expect, test } from 'bun:test';
import { encodeBinaryPush, type Frame, LIMITS, Refusal, type SessionId, type UserId } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import type { Caller } from '../../accounts/caller.ts';
import type { ChannelHandlers } from '../../channels/channel-session.ts';
import { LocalFanout } from '../../fanout/local-fanout.ts';
import { RateLimiter } from '../../limits/rate-limiter.ts';
import { SessionOpener } from '../../session/open-session.ts';
import { SessionRegistry } from '../../session/session-registry.ts';
import { LongPoll } from './long-poll.ts';

type Answer = {
  status: number;
  token?: string;
  messages?: string[];
  error?: { code: string; message: string };
};

const disposables: LongPoll[] = [];
afterEach(() => {
  for (const longPoll of disposables.splice(0)) longPoll.dispose();
});

/** A node of which only the long poll and one kind of channel are there: joining subscribes, `echo` answers. */
function node(timeouts: { pollMs?: number; idleMs?: number } = {}) {
  const native: string[] = [];
  const fanout = new LocalFanout({ publish: (_room, frame) => native.push(frame) });
  const registry = new SessionRegistry();
  const dropped: string[] = [];
  const channels: ChannelHandlers = {
    async join(session, { topic, joinRef, ...frame }) {
      session.channels.add({ kind: 'user', topic, joinRef });
      session.connection.subscribe(topic);
      session.connection.reply({ topic, joinRef, ...frame }, 'ok', {});
    },
    leave: (session, { topic }) => session.connection.unsubscribe(topic),
    push(session, { topic }, { event, payload }) {
      if (event === 'shout') session.connection.publishToOthers(topic, topic, 'shout', payload);
      return payload;
    },
    dropped: (_session, { topic }) => dropped.push(topic),
  };
  const onUnexpected = (error: unknown) => {
    throw error;
  };
  const sessions = new SessionOpener({
    channels,
    registry,
    limiter: new RateLimiter(undefined),
    onClosed: () => undefined,
    onUnexpected,
  });
  const admitted: (string | undefined)[] = [];
  const longPoll = new LongPoll({
    sessions,
    fanout,
    async authenticate(token): Promise<Caller> {
      const [userId, sessionId] = token.split('|');
      if (!userId || !sessionId) throw new Refusal('unauthorized');
      return { userId: userId as UserId, sessionId: sessionId as SessionId };
    },
    admit: (_request, peerAddress) => admitted.push(peerAddress),
    timeouts: { pollMs: 30, idleMs: 10_000, ...timeouts },
  });
  disposables.push(longPoll);
  const call = async (init: RequestInit, ...tokens: string[]) => {
    const query = new URLSearchParams({ vsn: '2.0.0' });
    for (const token of tokens) query.append('token', token);
    const response = await longPoll.handle(new Request(`http://x/socket/longpoll?${query}`, init), '1.2.3.4');
    return { response, body: (await response.json()) as Answer };
  };
  const get = async (...tokens: string[]) => (await call({}, ...tokens)).body;
  const post = async (body: string | Uint8Array<ArrayBuffer>, ...tokens: string[]) =>
    (await call({ method: 'POST', body }, ...tokens)).body;
  const open = async (access = 'alice|one') => (await get(access, 'null')).token ?? '';
  return { longPoll, fanout, registry, native, dropped, admitted, call, get, post, open };
}

const line = (event: string, payload: object = {}, ref: string | null = '1') =>
  JSON.stringify(['1', ref, 'room', event, payload]);
const A = 'alice|one';

test('WS-11 a poll without a session opens one, a poll with one waits and comes back empty', async () => {
  const { get, admitted, registry } = node();
  const opened = await get(A);
  expect(opened).toEqual({ status: 410, token: expect.any(String), messages: [] });
  expect(Buffer.from(opened.token ?? '', 'base64url')).toHaveLength(32);
  expect(await get(A, opened.token ?? '')).toEqual({ status: 204, token: opened.token ?? '', messages: [] });
  expect(admitted).toEqual(['1.2.3.4']);
  expect(registry.count).toBe(1);
});

test('WS-11 what is said is given to the poll that waits, together, and once', async () => {
  const { get, post, open, fanout } = node({ pollMs: 5_000 });
  const token = await open();
  await post(line('phx_join'), A, token);
  const waiting = get(A, token);
  fanout.publish('room', 'room', 'news', { n: 1 });
  fanout.publish('room', 'room', 'news', { n: 2 });
  const { status, messages } = await waiting;
  expect(status).toBe(200);
  expect(messages?.map((message) => JSON.parse(message)[3])).toEqual(['phx_reply', 'news', 'news']);
});

test('WS-11 a second poll ends the first; frames are for the second', async () => {
  const { get, post, open, fanout } = node({ pollMs: 5_000 });
  const token = await open();
  await post(line('phx_join', {}, null), A, token);
  await get(A, token);
  const first = get(A, token);
  const second = get(A, token);
  expect((await first).status).toBe(204);
  fanout.publish('room', 'room', 'news', {});
  expect((await second).messages).toHaveLength(1);
});

test('WS-11 what comes while a poll is broken off waits for the next', async () => {
  const { longPoll, get, post, open, fanout } = node({ pollMs: 5_000 });
  const token = await open();
  await post(line('phx_join', {}, null), A, token);
  await get(A, token);
  const client = new AbortController();
  const url = `http://x/socket/longpoll?vsn=2.0.0&token=${encodeURIComponent(A)}&token=${token}`;
  const broken = longPoll.handle(new Request(url, { signal: client.signal }), undefined);
  client.abort();
  fanout.publish('room', 'room', 'news', {});
  expect(((await (await broken).json()) as Answer).messages).toEqual([]);
  expect((await get(A, token)).messages).toHaveLength(1);
});

test('WS-11 a session that nobody polls is gone: its channels are dropped, its token opens nothing', async () => {
  const { get, post, open, registry, dropped } = node({ idleMs: 40 });
  const token = await open();
  await post(line('phx_join'), A, token);
  await until(() => registry.count === 0, { what: 'the session to end' });
  expect(dropped).toEqual(['room']);
  expect((await post(line('echo'), A, token)).status).toBe(410);
  const again = await get(A, token);
  expect(again.status).toBe(410);
  expect(again.token).not.toBe(token);
});

test('WS-11 a session ended from this side tells the last it had to say, then is gone', async () => {
  const { get, post, open, registry } = node({ pollMs: 5_000 });
  const token = await open();
  const [session] = registry.of('alice' as UserId);
  session?.connection.push('user:x', 'session_revoked', {});
  session?.connection.close('session_revoked');
  expect(registry.count).toBe(0);
  expect((await post(line('echo'), A, token)).status).toBe(410);
  const last = await get(A, token);
  expect(last.messages?.map((message) => JSON.parse(message)[3])).toEqual(['session_revoked']);
  expect((await get(A, token)).status).toBe(410);
});

test('WS-12 a poll token is worth nothing without the access token of its device', async () => {
  const { call, get, open } = node();
  const token = await open();
  for (const access of ['bob|two', 'alice|two', 'nonsense']) {
    const { response, body } = await call({}, access, token);
    expect([response.status, body.status]).toEqual([403, 403]);
  }
  expect((await get(token)).status).toBe(403);
  expect((await get('alice|one|renewed', token)).status).toBe(204);
  expect((await get(A, token)).status).toBe(204);
});

test('WS-12 with the access token in the header, polls need it and posts go by their own', async () => {
  const { call, post } = node();
  const headers = { 'X-Phoenix-AuthToken': A };
  const opened = (await call({ headers })).body;
  const token = opened.token ?? '';
  expect(opened.status).toBe(410);
  expect((await call({ headers }, token)).body.status).toBe(204);
  expect((await post(line('phx_join'), token)).status).toBe(200);
  expect((await call({ headers }, token)).body.messages).toHaveLength(1);
  expect((await call({}, token)).body.status).toBe(403);
  expect((await call({ headers: { 'X-Phoenix-AuthToken': 'bob|two' } }, token)).body.status).toBe(403);
});

test('WS-12 a session that a token in the query opened takes no post without it', async () => {
  const { post, open } = node();
  const token = await open();
  expect((await post(line('phx_join'), token)).status).toBe(410);
  expect((await post(line('phx_join'), 'bob|two', token)).status).toBe(403);
});

test('WS-13 a post has a frame a line, text or base64', async () => {
  const { get, post, open } = node();
  const token = await open();
  const frame: Frame = { joinRef: '1', ref: '3', topic: 'room', event: 'echo', payload: { text: 'é' } };
  const binary = Buffer.from(encodeBinaryPush(frame)).toString('base64');
  const body = [line('phx_join'), line('echo', { n: 2 }, '2'), '', binary].join('\n');
  expect(await post(body, A, token)).toEqual({ status: 200 });
  const replies: unknown[] = [];
  await until(
    async () => {
      replies.push(...((await get(A, token)).messages ?? []).map((message) => JSON.parse(message)));
      return replies.length === 3;
    },
    { what: 'three replies' },
  );
  expect(replies).toContainEqual(['1', '2', 'room', 'phx_reply', { status: 'ok', response: { n: 2 } }]);
  // WS-14: text, though the push was binary.
  expect(replies).toContainEqual(['1', '3', 'room', 'phx_reply', { status: 'ok', response: { text: 'é' } }]);
});

test('SIG-2 what goes to others goes to the WebSockets and to the other polls', async () => {
  const { get, post, open, native } = node();
  const [one, two] = [await open(A), await open('bob|two')];
  await post(line('phx_join', {}, null), A, one);
  await post(line('phx_join', {}, null), 'bob|two', two);
  await Promise.all([get(A, one), get('bob|two', two)]);
  await post(line('shout', { hey: 1 }, null), A, one);
  expect(native).toEqual(['[null,null,"room","shout",{"hey":1}]']);
  expect((await get('bob|two', two)).messages).toEqual(native);
  expect((await get(A, one)).status).toBe(204);
});

test('WS-8 what is no frame is told so; the tenth ends the session', async () => {
  const { get, post, open, registry } = node();
  const token = await open();
  const long = `["1","1","room","echo",{"a":"${'x'.repeat(LIMITS.frameMaxBytes)}"}]`;
  expect((await post(`[1]\n***\n${long}\nAAAA`, A, token)).status).toBe(200);
  const { messages = [] } = await get(A, token);
  expect(messages.map((message) => JSON.parse(message)[3])).toEqual(Array(4).fill('phx_error'));
  await post('[\n'.repeat(20), A, token);
  expect(registry.count).toBe(0);
  expect((await get(A, token)).messages).toHaveLength(6);
  expect((await get(A, token)).status).toBe(410);
});

test('WS-13 a body that is too long or not UTF-8 is refused, and the session goes on', async () => {
  const { call, post, open } = node();
  const token = await open();
  const big = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(0x5b)),
  });
  const { response, body } = await call({ method: 'POST', body: big }, A, token);
  expect([response.status, body.status, body.error?.code]).toEqual([413, 413, 'too_large']);
  const bad = await call({ method: 'POST', body: new Uint8Array([0x5b, 0xc3, 0x28]) }, A, token);
  expect([bad.response.status, bad.body.error?.code]).toEqual([400, 'invalid']);
  expect((await post(line('phx_join'), A, token)).status).toBe(200);
});

test('WS-20 a client that does not fetch what it is told is dropped, and nothing is held for it', async () => {
  const { get, post, open, fanout, registry } = node();
  const token = await open();
  await post(line('phx_join', {}, null), A, token);
  const payload = { text: 'x'.repeat(50_000) };
  for (let n = 0; n < 30; n++) fanout.publish('room', 'room', 'news', payload);
  expect(registry.count).toBe(0);
  const next = await get(A, token);
  expect(next.status).toBe(410);
  expect(next.token).not.toBe(token);
});

test('WS-15 REST-4 refusals and preflights', async () => {
  const { longPoll, call } = node();
  const { response } = await call({ method: 'DELETE' });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS']);
  const unversioned = await longPoll.handle(new Request('http://x/socket/longpoll?token=a'), undefined);
  expect([unversioned.status, ((await unversioned.json()) as Answer).status]).toEqual([400, 403]);
  const preflight = await longPoll.handle(
    new Request('http://x/socket/longpoll', { method: 'OPTIONS' }),
    undefined,
  );
  expect(preflight.status).toBe(204);
  for (const answer of [response, unversioned, preflight]) {
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  }
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain(
    'x-phoenix-authtoken',
  );
});

test('WS-15 a node that goes away answers polls that wait, and opens no more', async () => {
  const { longPoll, get, open, registry } = node({ pollMs: 5_000 });
  const token = await open();
  const waiting = get(A, token);
  longPoll.dispose();
  expect((await waiting).status).toBe(410);
  expect(registry.count).toBe(0);
  const { status, error } = await get(A);
  expect([status, error?.code]).toEqual([500, 'unavailable']);
});
