import { expect, test } from 'bun:test';
import { encodeBinaryPush, LIMITS, type RefusalBody } from '@tpx/protocol';
import { createGroup, createPerson, type Person, until } from '@tpx/testkit';
import { serverOfThisFile } from './server.fixture.ts';

/** Buckets that do not fill up again while a test runs. */
const BUCKETS = { frame: 12, send: 3, change: 3, react: 3, ping: 3, read: 3, signal: 3, join: 12 };
const rateLimits = Object.entries(BUCKETS).map(([name, burst]) => `${name}=${burst}/1h`);
const server = await serverOfThisFile({
  env: { TPX_RATE_LIMITS: ['register=500/1s', 'login_address=500/1s', ...rateLimits].join(',') },
});

type Reply = { status: 'ok' | 'error'; response: Partial<RefusalBody> };
type Heard = [joinRef: string | null, ref: string | null, topic: string, event: string, payload: unknown];

/** Somebody new, with full buckets, connected and with a group joined. */
async function newcomer() {
  const person = await createPerson(server, 'guest');
  const group = await createGroup(person);
  const query = `vsn=2.0.0&token=${person.tokens.access_token}`;
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket/websocket?${query}`);
  const heard: Heard[] = [];
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') heard.push(JSON.parse(data));
    else heard.push(binaryReply(new Uint8Array(data as ArrayBuffer)));
  };
  socket.binaryType = 'arraybuffer';
  await until(() => socket.readyState === WebSocket.OPEN, { what: 'the socket' });
  let refs = 0;
  const reply = async (frame: string | Uint8Array<ArrayBuffer>, ref: string): Promise<Reply> => {
    socket.send(frame);
    const find = () => heard.find((one) => one[1] === ref && one[3] === 'phx_reply');
    await until(() => find() !== undefined, { what: `the answer to ${ref}` });
    return find()?.[4] as Reply;
  };
  const topic = `group:${group.id}`;
  /** The code of the refusal, `ok` where there was none. */
  const push = async (event: string, payload: unknown, to = topic) => {
    const ref = String(++refs);
    const { status, response } = await reply(JSON.stringify([null, ref, to, event, payload]), ref);
    return status === 'ok' ? 'ok' : response.code;
  };
  expect(await push('phx_join', {})).toBe('ok');
  return { person, group, socket, heard, reply, push, topic };
}

/** The envelope of a binary reply; of its payload only whether it names this code. */
function binaryReply(bytes: Uint8Array): Heard {
  const [, joinRef = 0, ref = 0, topic = 0, status = 0] = bytes;
  const text = new TextDecoder().decode(bytes.subarray(5));
  const at = joinRef + ref;
  const response = { code: /rate_limited|invalid/.exec(text)?.[0] };
  const body = { status: text.slice(at + topic, at + topic + status), response };
  return [null, text.slice(joinRef, at), text.slice(at, at + topic), 'phx_reply', body];
}

const message = { type: 'text', content: { text: 'hello' } };

test.each<[string, unknown, unknown]>([
  ['message', { ...message, replyto: 'x' }, message],
  ['edit', { id: 'x' }, { id: crypto.randomUUID(), content: { text: 'x' } }],
  ['delete', {}, { id: crypto.randomUUID() }],
  ['react', { emoji: 'x' }, { id: crypto.randomUUID(), emoji: '👍', on: true }],
  ['ping', { loud: true }, {}],
  ['history', { limit: 1e9 }, {}],
  ['typing', { on: 1 }, { on: true }],
  ['read', { seq: -1 }, { seq: 1 }],
])('WS-24 a refused push takes its token before its payload is looked at: %s', async (event, bad, good) => {
  const { push, socket } = await newcomer();
  for (let n = 0; n < 3; n++) expect(await push(event, bad)).toBe('invalid');
  expect(await push(event, good)).toBe('rate_limited');
  expect(await push(event, bad)).toBe('rate_limited');
  socket.close();
});

test('WS-24 pushes that reach no event take a token each: unknown ones, those of other topics, leaves of nothing', async () => {
  const { push, person, socket } = await newcomer();
  const own = `user:${person.user.id}`;
  expect(await push('phx_join', {}, own)).toBe('ok');
  for (let n = 0; n < 3; n++) {
    expect(await push('nothing', {})).toBe('invalid');
    expect(await push('message', message, `group:${crypto.randomUUID()}`)).toBe('not_found');
    expect(await push('message', message, own)).toBe('invalid');
    expect(await push('phx_leave', {}, 'group:nothing')).toBe('ok');
  }
  expect(await push('nothing', {})).toBe('rate_limited');
  expect(await push('message', message, `group:${crypto.randomUUID()}`)).toBe('rate_limited');
  expect(await push('message', message, own)).toBe('rate_limited');
  expect(await push('phx_leave', {}, 'group:nothing')).toBe('rate_limited');
  expect(await push('message', message)).toBe('ok');
  socket.close();
});

test('WS-24 malformed frames take tokens, over several connections of one person', async () => {
  const first = await newcomer();
  const query = `vsn=2.0.0&token=${first.person.tokens.access_token}`;
  const second = new WebSocket(`${server.url.replace('http', 'ws')}/socket/websocket?${query}`);
  const told: Heard[] = [];
  second.onmessage = ({ data }) => told.push(JSON.parse(String(data)));
  await until(() => second.readyState === WebSocket.OPEN, { what: 'the second socket' });
  for (let n = 0; n < 8; n++) first.socket.send('nonsense');
  await until(() => first.heard.filter(([, , , event]) => event === 'phx_error').length === 8, {
    what: 'eight refusals',
  });
  for (let n = 0; n < 6; n++) second.send('nonsense');
  await until(() => told.length === 6, { what: 'six more' });
  expect(told.map(([, , , , body]) => (body as RefusalBody).code)).toEqual([
    ...Array(4).fill('invalid'),
    ...Array(2).fill('rate_limited'),
  ]);
  first.socket.close();
  second.close();
});

test('WS-24 joins that are refused take tokens, and one past the limit leaves the channel as it is', async () => {
  const { push, topic, socket } = await newcomer();
  for (let n = 0; n < 11; n++) expect(await push('phx_join', { wrong: 1 }, `group:${n}`)).toBe('not_found');
  expect(await push('phx_join', {}, 'group:nothing')).toBe('rate_limited');
  expect(await push('phx_join', {}, topic)).toBe('rate_limited');
  expect(await push('message', message)).toBe('ok');
  socket.close();
});

test('WS-24 a large frame is charged by its size before it is read, and answered by its ref when refused', async () => {
  const { reply, push, topic, socket, person } = await newcomer();
  const large = 'x'.repeat(11 * LIMITS.frameBytesPerToken);
  const frame = (ref: string, event: string) => JSON.stringify(['7', ref, topic, event, { large }]);
  expect(await reply(frame('a "quoted" ref', 'phx_leave'), 'a "quoted" ref')).toMatchObject({ status: 'ok' });
  expect(await reply(frame('b', 'message'), 'b')).toMatchObject({
    status: 'error',
    response: { code: 'rate_limited', retry_after_ms: expect.any(Number) },
  });
  const binary = { joinRef: null, ref: 'c', topic, event: 'message', payload: { large } };
  expect(await reply(Uint8Array.from(encodeBinaryPush(binary)), 'c')).toMatchObject({
    status: 'error',
    response: { code: 'rate_limited' },
  });
  expect(await longPollReplies(person, [frame('d', 'message')])).toEqual(['d rate_limited']);
  expect(await push('message', message)).toBe('ok');
  socket.close();
});

/** Ref and code of each answer to these frames, sent in one POST. */
async function longPollReplies({ tokens }: Person, frames: string[]): Promise<string[]> {
  const url = `${server.url}/socket/longpoll?vsn=2.0.0&token=${tokens.access_token}`;
  const { token } = (await (await fetch(url)).json()) as { token: string };
  await fetch(`${url}&token=${token}`, { method: 'POST', body: frames.join('\n') });
  const { messages } = (await (await fetch(`${url}&token=${token}`)).json()) as { messages: string[] };
  return messages.map((text) => {
    const [, ref, , , body] = JSON.parse(text) as Heard;
    return `${ref} ${(body as Reply).response.code}`;
  });
}

test('WS-13 a POST of more lines than there may be is refused before any of them is handled', async () => {
  const { person, push, socket } = await newcomer();
  const url = `${server.url}/socket/longpoll?vsn=2.0.0&token=${person.tokens.access_token}`;
  const { token } = (await (await fetch(url)).json()) as { token: string };
  const body = '[null,null,"t","e",{}]\n'.repeat(40_000);
  const answer = await fetch(`${url}&token=${token}`, { method: 'POST', body });
  expect(answer.status).toBe(413);
  expect(await push('nothing', {})).toBe('invalid');
  socket.close();
});

async function post(person: Person, path: string, body: string, method = 'POST') {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${person.tokens.access_token}`,
  };
  const answer = await fetch(server.url + path, { method, headers, body });
  const text = await answer.text();
  return {
    status: answer.status,
    size: text.length,
    error: (JSON.parse(text) as { error: RefusalBody }).error,
  };
}

test('REST-3 a request that is refused takes its token before it is read', async () => {
  const { person, socket } = await newcomer();
  for (const body of ['{"type":"text"', '{"type":"text"}', `[${'1,'.repeat(90_000)}1]`])
    expect(await post(person, '/messages/send', body)).toMatchObject({ status: 400 });
  expect(await post(person, '/messages/send', '{')).toMatchObject({ status: 429 });
  socket.close();
});

test('REQ-11 what was sent does not come back: unknown fields, broken JSON, long queries', async () => {
  const { person, socket } = await newcomer();
  const unknown = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`${n}${'k'.repeat(250)}`, 1]));
  const bodies = [JSON.stringify(unknown), 'x'.repeat(250_000), `{"${'y'.repeat(250_000)}":1}`];
  for (const body of bodies) {
    expect(body.length).toBeGreaterThan(200_000);
    const { status, size } = await post(person, '/users/me', body, 'PATCH');
    expect([status, size < 1_500]).toEqual([400, true]);
  }
  const query = Array.from({ length: 1_000 }, (_, n) => `p${n}=1`).join('&');
  const answer = await fetch(`${server.url}/groups?${query}`, {
    headers: { authorization: `Bearer ${person.tokens.access_token}` },
  });
  const text = await answer.text();
  expect([answer.status, text.length < 1_000]).toEqual([400, true]);
  expect(text).toContain('at most 32 parameters');
  socket.close();
});
