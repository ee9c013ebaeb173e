import { afterEach, expect, test } from 'bun:test';
import { CLOSE_CODES, encodeBinaryPush, LIMITS, type MessageObject } from '@tpx/protocol';
import { createDm, createGroup, createPerson, type Person, until } from '@tpx/testkit';
import { clientsOfEachTest, ok, refused } from './phoenix-client.fixture.ts';
import { OPCODE, RawSocket } from './raw-socket.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';
import { expectWell } from './well.fixture.ts';

const server = await serverOfThisFile();
const [alice, mallory] = await people(server, 'alice', 'mallory');
const clients = clientsOfEachTest();
afterEach(() => expectWell(server, alice));

type Told = { frames: [string | null, string | null, string, string, { message?: string }][]; code: number };

/** A bare WebSocket: sends what it is given, keeps what it is told. */
async function bare(person: Person) {
  const query = `vsn=2.0.0&token=${person.tokens.access_token}`;
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket/websocket?${query}`);
  const told: Told = { frames: [], code: 0 };
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') told.frames.push(JSON.parse(data));
  };
  socket.onclose = ({ code }) => {
    told.code = code;
  };
  await until(() => socket.readyState === WebSocket.OPEN, { what: 'the socket' });
  return { socket, told };
}

const HEARTBEAT = '[null,"hb","phoenix","heartbeat",{}]';
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each<[string, string | Uint8Array<ArrayBuffer>]>([
  ['no JSON', 'hello'],
  ['nothing', ''],
  ['half a frame', '["1","2","group'],
  ['an object', '{"topic":"phoenix"}'],
  ['fractions as refs', '[1.5,2.5,"phoenix","heartbeat",{}]'],
  ['truth as a ref', '["1",true,"phoenix","heartbeat",{}]'],
  ['a list as payload', '["1","2","phoenix","heartbeat",[]]'],
  ['a topic of a thousand letters', `["1","2","${'t'.repeat(1_000)}","heartbeat",{}]`],
  ['100,000 brackets', nested(50_000)],
  ['100,000 brackets as payload', `["1","2","phoenix","heartbeat",{"a":${nested(50_000)}}]`],
  ['binary nonsense', new Uint8Array([9, 9, 9])],
  ['a binary push cut off', new Uint8Array([0, 255, 255, 255, 255, 1])],
  ['a binary bomb', Uint8Array.from([0, 0, 0, 1, 1, 0x74, 0x65, 0x81, 0xa1, 0x61, 0xdd, 255, 255, 255, 255])],
])('WS-8 %s is told so in a sentence, and the connection goes on', async (_name, frame) => {
  const { socket, told } = await bare(mallory);
  socket.send(frame);
  socket.send(HEARTBEAT);
  await until(() => told.frames.length === 2, { what: 'two answers' });
  expect(told.frames[0]?.slice(0, 4)).toEqual([null, null, 'phoenix', 'phx_error']);
  expect(told.frames[0]?.[4]).toMatchObject({ code: 'invalid', message: expect.stringMatching(/\.$/) });
  expect(told.frames[1]?.[3]).toBe('phx_reply');
  socket.close();
});

test.each([
  ['[1,2,"phoenix","heartbeat",{}]', [1, 2]],
  ['[null,"hb","phoenix","heartbeat",null]', [null, 'hb']],
  ['[null,3,"phoenix","heartbeat",null]', [null, 3]],
])('WS-1 WS-5 %s is answered ok, its refs as they came', async (frame, refs) => {
  const { socket, told } = await bare(mallory);
  socket.send(frame);
  await until(() => told.frames.length === 1, { what: 'the answer' });
  expect(told.frames[0]).toEqual([...refs, 'phoenix', 'phx_reply', { status: 'ok', response: {} }] as never);
  socket.close();
});

test('WS-16 a channel joined with a number as its join_ref takes pushes that say the same number, in text or binary', async () => {
  const group = await createGroup(mallory);
  const topic = `group:${group.id}`;
  const { socket, told } = await bare(mallory);
  const answer = (ref: unknown) =>
    until(() => told.frames.find((frame) => frame[1] === ref), { what: 'the answer' });
  socket.send(JSON.stringify([1, 1, topic, 'phx_join', null]));
  expect((await answer(1))?.[4]).toMatchObject({ status: 'ok' });
  socket.send(JSON.stringify([1, 2, topic, 'typing', { on: true }]));
  expect((await answer(2))?.[4]).toMatchObject({ status: 'ok' });
  socket.send(JSON.stringify([2, 3, topic, 'typing', { on: true }]));
  expect((await answer(3))?.[4]).toMatchObject({ status: 'error', response: { code: 'not_found' } });
  const leave = { joinRef: 1, ref: null, topic, event: 'phx_leave', payload: {} };
  socket.send(Uint8Array.from(encodeBinaryPush(leave)));
  const closed = () => told.frames.find((frame) => frame[3] === 'phx_close');
  expect((await until(closed, { what: 'the close of the channel' }))[0]).toBe(1 as never);
  socket.close();
});

test('WS-8 the tenth malformed frame closes the connection, for good', async () => {
  const { socket, told } = await bare(mallory);
  for (let n = 0; n < 12; n++) socket.send('nonsense');
  await until(() => told.code !== 0, { what: 'the close' });
  expect(told.code).toBe(CLOSE_CODES.too_many_malformed.code);
  expect(told.frames).toHaveLength(10);
});

test.each([
  ['text', 'x'.repeat(10_000_000)],
  ['binary', new Uint8Array(10_000_000)],
  ['text one byte too long', 'x'.repeat(LIMITS.frameMaxBytes + 1)],
])('WS-8 a frame of 10 MB (%s) closes the connection with 1009', async (_name, frame) => {
  const { socket, told } = await bare(mallory);
  socket.send(frame);
  await until(() => told.code !== 0, { what: 'the close' });
  expect(told.code).toBe(CLOSE_CODES.too_large.code);
});

test.each<[string, number, (socket: RawSocket) => void]>([
  ['text that is not UTF-8', 1007, (raw) => raw.frame(OPCODE.text, new Uint8Array([0x22, 0xc3, 0x28, 0x22]))],
  ['a frame that is not masked', 1002, (raw) => raw.frame(OPCODE.text, HEARTBEAT, { masked: false })],
  ['an opcode that there is not', 1002, (raw) => raw.frame(3, 'x')],
  ['a ping of 200 bytes', 1002, (raw) => raw.frame(OPCODE.ping, 'x'.repeat(200))],
])('WS-8 %s closes the connection with %d', async (_name, code, send) => {
  using raw = new RawSocket(server);
  await raw.upgrade(mallory.tokens.access_token);
  send(raw);
  expect(await raw.closeCode()).toBe(code);
});

test('REQ-1 every push refuses wrong types and unknown fields by name', async () => {
  const group = await createGroup(alice);
  const channel = clients.connect(server, alice.tokens.access_token).channel(`group:${group.id}`);
  await ok(channel.join());
  const id = crypto.randomUUID();
  const text = { type: 'text', content: { text: 'x' } };
  const pushes: [string, object][] = [
    ['message', {}],
    ['message', { ...text, type: 'system' }],
    ['message', { ...text, content: 'x' }],
    ['message', { ...text, content: { text: 5 } }],
    ['message', { ...text, content: { text: 'x', __html: 1 } }],
    ['message', { ...text, client_id: 7 }],
    ['message', { ...text, sender_id: alice.user.id }],
    ['message', { ...text, seq: 1 }],
    ['message', { ...text, reply_to: 'first' }],
    ['message', { ...text, encryption: [1] }],
    ['message', JSON.parse('{"type":"text","content":{"text":"x"},"__proto__":{"admin":true}}')],
    ['edit', { id }],
    ['edit', { id: { $ne: null }, content: { text: 'x' } }],
    ['delete', { id: [id] }],
    ['delete', { id: `${id}' OR '1'='1` }],
    ['react', { id, emoji: '<script>', on: true }],
    ['react', { id, emoji: '👍', on: 'yes' }],
    ['typing', { on: 1 }],
    ['delivered', { seq: -1 }],
    ['read', { seq: 1e300 }],
    ['read', { seq: 1.5 }],
    ['ping', { user_id: alice.user.id }],
    ['history', { before: '5; DROP TABLE messages' }],
    ['history', { limit: 1_000_000 }],
  ];
  for (const [event, payload] of pushes) {
    const { code, message } = await refused(channel.push(event, payload));
    expect([event, code, message.length > 5]).toEqual([event, 'invalid', true]);
  }
  for (const params of [{ last_seq: '1' }, { last_seq: -1 }, { admin: true }])
    expect(
      await refused(clients.connect(server, alice.tokens.access_token).channel(channel.topic, params).join()),
    ).toMatchObject({ code: 'invalid' });
});

test('RCP-2 marks past the end of the log count up to its end', async () => {
  const group = await createGroup(alice, [mallory]);
  const channel = clients.connect(server, mallory.tokens.access_token).channel(`group:${group.id}`);
  await ok(channel.join());
  await ok(channel.push('read', { seq: Number.MAX_SAFE_INTEGER }));
  const rejoined = await ok<{ my_read_seq: number; last_seq: number }>(
    clients
      .connect(server, mallory.tokens.access_token)
      .channel(`group:${group.id}`, { last_seq: 9e15 })
      .join(),
  );
  expect(rejoined.my_read_seq).toBeLessThanOrEqual(rejoined.last_seq);
});

test('AUTHZ-4 another conversation cannot be reached through a channel of one’s own', async () => {
  const secret = await createDm(alice, await createPerson(server, 'bob'));
  const sent = await alice.api.call<{ message: MessageObject }>('POST', '/messages/send', {
    dm_id: secret.id,
    type: 'text',
    content: { text: 'between us' },
  });
  const { id } = sent.body.message;
  const own = await createGroup(mallory);
  const socket = clients.connect(server, mallory.tokens.access_token);
  const channel = socket.channel(`group:${own.id}`);
  await ok(channel.join());
  const tries: [string, object][] = [
    ['edit', { id, content: { text: 'mine now' } }],
    ['delete', { id }],
    ['react', { id, emoji: '👍', on: true }],
    ['message', { type: 'text', content: { text: 'x' }, reply_to: id }],
  ];
  for (const [event, payload] of tries)
    expect(await refused(channel.push(event, payload))).toMatchObject({ code: 'not_found' });
  for (const topic of [`dm:${secret.id}`, `group:${secret.id}`, `user:${alice.user.id}`])
    expect(['not_found', 'unauthorized']).toContain((await refused(socket.channel(topic).join())).code);
  const { body } = await alice.api.call<{ messages: MessageObject[] }>('GET', `/dms/${secret.id}/messages`);
  expect(body.messages).toEqual([sent.body.message]);
});

test('WS-16 frames for a topic that is not joined are refused, in binary too', async () => {
  const { socket, told } = await bare(mallory);
  const group = await createGroup(alice);
  const topic = `group:${group.id}`;
  socket.send(JSON.stringify(['1', '1', topic, 'message', { type: 'text', content: { text: 'x' } }]));
  await until(() => told.frames.length === 1, { what: 'the refusal' });
  expect(told.frames[0]?.[4]).toMatchObject({
    status: 'error',
    response: { reason: 'unmatched topic', code: 'not_found' },
  });
  socket.send(encodeBinaryPush({ joinRef: null, ref: null, topic, event: 'phx_leave', payload: {} }));
  socket.send(HEARTBEAT);
  await until(() => told.frames.length === 2, { what: 'the heartbeat' });
  socket.close();
});

test('WS-6 joins and leaves of one topic in one breath are all answered, and the last join counts', async () => {
  const group = await createGroup(alice);
  const topic = `group:${group.id}`;
  using socket = new RawSocket(server);
  await socket.upgrade(alice.tokens.access_token);
  const frame = (joinRef: string | null, ref: string, event: string, payload: object = {}) =>
    JSON.stringify([joinRef, ref, topic, event, payload]);
  socket.textFrames([
    frame('1', '1', 'phx_join'),
    frame('2', '2', 'phx_join'),
    frame('2', '3', 'phx_leave'),
    frame(null, '4', 'phx_join'),
    frame(null, '5', 'phx_join'),
    frame('2', '6', 'phx_leave'),
  ]);
  const answers = () =>
    socket
      .receivedTexts()
      .map((text) => JSON.parse(text) as Told['frames'][number])
      .filter(([, , , event]) => event === 'phx_reply');
  await until(() => answers().length === 6, { what: 'six answers' });
  const statusOf = (ref: string) => answers().find((frame) => frame[1] === ref)?.[4] as unknown;
  for (const ref of ['1', '2', '4'])
    expect(statusOf(ref)).toMatchObject({ status: 'error', response: { code: 'conflict' } });
  for (const ref of ['3', '5', '6']) expect(statusOf(ref)).toMatchObject({ status: 'ok' });
  socket.textFrames([frame(null, '7', 'message', { type: 'text', content: { text: 'joined' } })]);
  await until(() => answers().length === 7, { what: 'the answer to the message' });
  expect(statusOf('7')).toMatchObject({ status: 'ok' });
});
