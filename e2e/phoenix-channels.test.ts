import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { ConversationJoined, LogEvent, MessageObject, SignalEvents, UserJoined } from '@tpx/protocol';
import {
  createDm,
  createGroup,
  createPerson,
  type Person,
  signInAgain,
  startServer,
  type TestServer,
  until,
} from '@tpx/testkit';
import type { Socket } from 'phoenix';
import {
  Clients,
  framesOf,
  Heard,
  ok,
  outcomeOf,
  packed,
  refused,
  unpacked,
} from './phoenix-client.fixture.ts';

type MessageEvent = { seq: number; message: MessageObject };
type Sent = { message: MessageObject };
type PresenceDiff = SignalEvents['presence_diff'];

let server: TestServer;
let alice: Person;
let bob: Person;
let carol: Person;
let clients: Clients;

beforeAll(async () => {
  server = await startServer();
  [alice, bob, carol] = await Promise.all([
    createPerson(server, 'alice'),
    createPerson(server, 'bob'),
    createPerson(server, 'carol'),
  ]);
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  clients = new Clients();
});
afterEach(() => clients[Symbol.dispose]());

const connect = (person: Person): Socket => clients.connect(server, person.tokens.access_token);
const text = (text: string, clientId?: string) => ({
  type: 'text',
  content: { text },
  ...(clientId && { client_id: clientId }),
});

/** Frames one by one, for what the official client would not send. */
class PlainSocket implements Disposable {
  readonly opened: Promise<unknown>;
  readonly #socket: WebSocket;
  readonly #events: string[] = [];

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.opened = new Promise((resolve) => this.#socket.addEventListener('open', resolve));
    this.#socket.addEventListener('message', ({ data }) => this.#events.push(JSON.parse(String(data))[3]));
  }

  send(frame: unknown[]): void {
    this.#socket.send(JSON.stringify(frame));
  }

  replies(event: string): number {
    return this.#events.filter((heard) => heard === event).length;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

async function joined(socket: Socket, topic: string, params: object = {}) {
  const channel = socket.channel(topic, params);
  const events = ['message', 'edited', 'deleted', 'reaction', 'typing', 'ping', 'phx_close'];
  const presence = ['presence_state', 'presence_diff'];
  const heard = new Heard(channel, [...events, ...presence, 'conversation_removed']);
  const response = await ok<ConversationJoined>(channel.join());
  return { channel, heard, response };
}

test('WS-7 join ok: the conversation, where its log stands, then presence_state', async () => {
  const group = await createGroup(alice, [bob]);
  const socket = connect(alice);
  const frames = framesOf(socket);
  const { response, heard } = await joined(socket, `group:${group.id}`);
  expect(response.conversation).toMatchObject({
    kind: 'group',
    id: group.id,
    role: 'owner',
    member_count: 2,
  });
  expect(response).toMatchObject({ events: [], has_more: false, first_seq: 1, last_seq: group.last_seq });
  expect(Object.keys(await heard.next('presence_state'))).toEqual([alice.user.id]);
  expect(frames.map(({ event }) => event)).toEqual(['phx_reply', 'presence_state']);
});

test('WS-17 join refused: banned, not_member, not_found, unauthorized', async () => {
  const group = await createGroup(alice, [bob]);
  const dm = await createDm(alice, bob);
  await alice.api.call('POST', `/groups/${group.id}/ban`, { user_id: bob.user.id });
  const join = (person: Person, topic: string) => refused(connect(person).channel(topic).join());
  expect(await join(bob, `group:${group.id}`)).toMatchObject({ code: 'banned' });
  expect(await join(carol, `group:${group.id}`)).toMatchObject({ code: 'not_member' });
  expect(await join(carol, `dm:${dm.id}`)).toMatchObject({ code: 'not_found' });
  expect(await join(carol, `dm:${group.id}`)).toMatchObject({ code: 'not_found' });
  expect(await join(carol, `group:${crypto.randomUUID()}`)).toMatchObject({ code: 'not_found' });
  expect(await join(carol, `user:${alice.user.id}`)).toMatchObject({ code: 'unauthorized' });
});

test('WS-5 push ok: the reply has the message, and a client_id seen before gives the first one', async () => {
  const group = await createGroup(alice);
  const { channel } = await joined(connect(alice), `group:${group.id}`);
  const first = await ok<Sent>(channel.push('message', text('hello', 'c-1')));
  expect(first.message).toMatchObject({
    seq: group.last_seq + 1,
    content: { text: 'hello' },
    client_id: 'c-1',
  });
  const second = await ok<Sent>(channel.push('message', text('again', 'c-1')));
  expect(second.message).toEqual(first.message);
});

test('WS-16 push error: what is wrong is said, and the channel stays joined', async () => {
  const group = await createGroup(alice);
  const { channel } = await joined(connect(alice), `group:${group.id}`);
  expect(await refused(channel.push('message', text('')))).toMatchObject({
    code: 'invalid',
    message: 'content.text: is empty',
  });
  expect(await refused(channel.push('message', { ...text('x'), colour: 1 }))).toMatchObject({
    code: 'invalid',
  });
  expect(await refused(channel.push('nonsense', {}))).toMatchObject({ code: 'invalid' });
  expect(await refused(channel.push('constructor', {}))).toMatchObject({ code: 'invalid' });
  expect(await refused(channel.push('edit', { id: crypto.randomUUID(), ...text('x') }))).toMatchObject({
    code: 'invalid',
  });
  const unknown = { id: crypto.randomUUID(), content: { text: 'x' } };
  expect(await refused(channel.push('edit', unknown))).toMatchObject({ code: 'not_found' });
  await ok(channel.push('message', text('still here')));
});

test('WS-16 an unknown topic is refused, whatever it looks like', async () => {
  const socket = connect(alice);
  for (const topic of [
    'lobby',
    'group:',
    'group:1',
    'group:*',
    'user:me',
    '',
    'presence group:x',
    "dm:' OR 1=1",
  ])
    expect(await refused(socket.channel(topic).join())).toMatchObject({ code: 'not_found' });
});

test('LOG-3 broadcast: everybody hears every event once, in order, the sender too', async () => {
  const group = await createGroup(alice, [bob]);
  const topic = `group:${group.id}`;
  const a = await joined(connect(alice), topic);
  const a2 = await joined(connect(alice), topic);
  const b = await joined(connect(bob), topic);
  const sent = await Promise.all(
    Array.from({ length: 30 }, (_, n) => ok<Sent>((n % 2 ? a : b).channel.push('message', text(`m${n}`)))),
  );
  const id = sent[0]?.message.id ?? '';
  await ok(a.channel.push('react', { id: sent[1]?.message.id, emoji: '👍', on: true }));
  await ok(b.channel.push('edit', { id, content: { text: 'edited' } }));
  await ok(b.channel.push('delete', { id }));
  for (const { heard } of [a, a2, b]) {
    await heard.next('deleted');
    const log = heard.all.filter(({ event }) => ['message', 'edited', 'deleted', 'reaction'].includes(event));
    const seqs = log.map(({ payload }) => (payload as { seq: number }).seq);
    expect(seqs).toEqual(Array.from({ length: 33 }, (_, n) => group.last_seq + 1 + n));
    expect(log.slice(-3).map(({ event }) => event)).toEqual(['reaction', 'edited', 'deleted']);
  }
});

test('SIG-2 typing goes to all others, not to the connection that types', async () => {
  const group = await createGroup(alice, [bob]);
  const a = await joined(connect(alice), `group:${group.id}`);
  const b = await joined(connect(bob), `group:${group.id}`);
  await ok(a.channel.push('typing', { on: true }));
  await ok(b.channel.push('ping', {}));
  expect(await b.heard.next('typing')).toEqual({ user_id: alice.user.id, on: true });
  expect(await a.heard.next('ping')).toEqual({ user_id: bob.user.id });
  expect(a.heard.of('typing')).toEqual([]);
});

test('WS-18 leave: answered ok, closed, and nothing more is heard', async () => {
  const group = await createGroup(alice, [bob]);
  const a = await joined(connect(alice), `group:${group.id}`);
  const bobs = connect(bob);
  const frames = framesOf(bobs);
  const b = await joined(bobs, `group:${group.id}`);
  await ok(b.channel.leave());
  expect(b.channel.state).toBe('closed');
  await until(() => frames.some(({ event }) => event === 'phx_close'), { what: 'phx_close' });
  const before = frames.length;
  await ok(a.channel.push('message', text('without bob')));
  const again = await joined(bobs, `group:${group.id}`, { last_seq: group.last_seq });
  expect(again.response.events.map(({ event }) => event)).toEqual(['message']);
  expect(frames.slice(before).map(({ event }) => event)).not.toContain('message');
});

test('WS-18 server-side close: a ban closes the channel on every device, and it stays closed', async () => {
  const group = await createGroup(alice, [bob]);
  const topic = `group:${group.id}`;
  const devices = await Promise.all([
    joined(connect(bob), topic),
    joined(connect(bob), topic),
    joined(connect(await signInAgain(server, bob)), topic),
  ]);
  const own = await joined(connect(bob), `user:${bob.user.id}`);
  const watching = await joined(connect(alice), topic);
  const startedAt = performance.now();
  await alice.api.call('POST', `/groups/${group.id}/ban`, { user_id: bob.user.id, reason: 'spam' });
  for (const { heard, channel } of devices) {
    await heard.next('phx_close');
    expect(channel.state).toBe('closed');
  }
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(await own.heard.next('conversation_removed')).toEqual({ topic, reason: 'banned' });
  await ok(watching.channel.push('message', text('he is gone')));
  for (const { heard } of devices) {
    const texts = heard.of<MessageEvent>('message').map(({ message }) => message.type);
    expect(texts).not.toContain('text');
  }
});

test('WS-18 a session that is revoked is signed out of its socket, other devices stay', async () => {
  const person = await createPerson(server, 'dora');
  const other = await signInAgain(server, person);
  const socket = connect(other);
  const own = socket.channel(`user:${person.user.id}`);
  const heard = new Heard(own, ['session_revoked']);
  await ok(own.join());
  const codes: number[] = [];
  socket.onClose(({ code }) => codes.push(code));
  const staying = await joined(connect(person), `user:${person.user.id}`);
  await other.api.call('POST', '/auth/logout');
  await heard.next('session_revoked');
  await until(() => codes.length > 0, { what: 'the socket to be closed' });
  expect(codes[0]).toBe(4403);
  expect(staying.channel.state).toBe('joined');
});

test('WS-6 two joins of one topic: the first is closed, the second works', async () => {
  const group = await createGroup(alice);
  const topic = `group:${group.id}`;
  const socket = connect(alice);
  const first = await joined(socket, topic);
  const second = await joined(socket, topic);
  await first.heard.next('phx_close');
  expect(first.channel.state).toBe('closed');
  await ok(second.channel.push('message', text('once')));
  await second.heard.next('message');
  expect(second.heard.of('message')).toHaveLength(1);
  expect(second.channel.state).toBe('joined');
});

test('WS-6 a join and a resume of one topic at once leave one channel, and it can be left', async () => {
  const group = await createGroup(alice, [bob]);
  const topic = `group:${group.id}`;
  const watching = await joined(connect(alice), topic);
  const url = `${server.url.replace('http', 'ws')}/socket/websocket?vsn=2.0.0&token=${bob.tokens.access_token}`;
  using socket = new PlainSocket(url);
  await socket.opened;
  socket.send(['1', '1', topic, 'phx_join', {}]);
  socket.send(['2', '2', `user:${bob.user.id}`, 'phx_join', { resume: { [topic]: 0 } }]);
  await until(() => socket.replies('phx_reply') === 2 && socket.replies('phx_close') === 1, {
    what: 'both joins, and the end of one of them',
  });
  await until(
    () => watching.heard.of<PresenceDiff>('presence_diff').some(({ joins }) => joins[bob.user.id]),
    {
      what: 'bob to come',
    },
  );
  const leftAt = performance.now();
  socket.send([null, '3', topic, 'phx_leave', {}]);
  await until(
    () => watching.heard.of<PresenceDiff>('presence_diff').some(({ leaves }) => leaves[bob.user.id]),
    {
      what: 'bob to leave',
    },
  );
  expect(performance.now() - leftAt).toBeLessThan(2_000);
});

test('WS-19 user: with resume gives what was missed and joins without a further frame', async () => {
  const group = await createGroup(alice, [bob]);
  const dm = await createDm(alice, bob);
  const strange = await createGroup(carol);
  const topic = `group:${group.id}`;
  const { channel } = await joined(connect(alice), topic);
  await ok(channel.push('message', text('missed 1')));
  await ok(channel.push('message', text(`missed 2 @${bob.username}`)));
  const socket = connect(bob);
  const frames = framesOf(socket);
  const resume = { [topic]: group.last_seq, [`dm:${dm.id}`]: 0, [`group:${strange.id}`]: 0, junk: 3 };
  const answer = await ok<UserJoined>(socket.channel(`user:${bob.user.id}`, { resume }).join());
  const own = answer.conversations.find((conversation) => conversation.topic === topic);
  expect(own).toMatchObject({ last_seq: group.last_seq + 2, mention_count: 1 });
  const caughtUp = answer.resumed[topic] as { events: LogEvent[]; has_more: boolean };
  expect(caughtUp.events.map(({ seq }) => seq)).toEqual([group.last_seq + 1, group.last_seq + 2]);
  expect(answer.resumed[`dm:${dm.id}`]).toEqual({ events: [], has_more: false });
  expect(answer.resumed[`group:${strange.id}`]).toMatchObject({ error: { code: 'not_member' } });
  expect(answer.resumed.junk).toMatchObject({ error: { code: 'not_found' } });
  await ok(channel.push('message', text('live')));
  await until(() => frames.some((frame) => frame.topic === topic && frame.event === 'message'), {
    what: 'a message of the resumed topic',
  });
});

test('WS-19 pages of long messages are cut short, and lead on to the rest', async () => {
  const group = await createGroup(alice);
  const topic = `group:${group.id}`;
  const { channel } = await joined(connect(alice), topic);
  const long = 'x'.repeat(16_000);
  await Promise.all(Array.from({ length: 60 }, () => ok(channel.push('message', text(long)))));
  let lastSeq = group.last_seq;
  const sizes: number[] = [];
  for (let more = true; more; ) {
    const { response } = await joined(connect(alice), topic, { last_seq: lastSeq });
    expect(response.events.map(({ seq }) => seq)).toEqual(response.events.map((_, n) => lastSeq + 1 + n));
    expect(JSON.stringify(response.events).length).toBeLessThan(300_000);
    sizes.push(response.events.length);
    lastSeq = response.events.at(-1)?.seq ?? lastSeq;
    more = response.has_more;
  }
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(60);
  expect(sizes.length).toBeGreaterThan(2);
  const page = await ok<{ messages: MessageObject[]; has_more: boolean }>(
    channel.push('history', { limit: 100 }),
  );
  expect(page.has_more).toBe(true);
  expect(page.messages.at(-1)?.seq).toBe(lastSeq);
  expect(page.messages.length).toBeWithin(20, 40);
  const after = { after: group.last_seq, limit: 100 };
  const forward = await ok<typeof page>(channel.push('history', after));
  expect([forward.has_more, forward.messages[0]?.seq]).toEqual([true, group.last_seq + 1]);
});

test('WS-2 binary push: taken, broadcast as text, answered in binary', async () => {
  const group = await createGroup(alice);
  const { channel, heard } = await joined(connect(alice), `group:${group.id}`);
  const response = await ok(channel.push('message', packed(text('in binary', 'b-1'))));
  const sent = unpacked(response) as Sent;
  expect(sent.message).toMatchObject({ content: { text: 'in binary' }, client_id: 'b-1' });
  expect((await heard.next<MessageEvent>('message')).message).toEqual(sent.message);
  const outcome = await outcomeOf(channel.push('message', packed({ type: 'text' })));
  expect(outcome.status).toBe('error');
  expect(unpacked(outcome.response)).toMatchObject({ code: 'invalid' });
});

test('WS-3 the token may come as authToken', async () => {
  const group = await createGroup(alice);
  const socket = clients.connect(server, '', { params: {}, authToken: alice.tokens.access_token });
  const { response } = await joined(socket, `group:${group.id}`);
  expect(response.conversation.id).toBe(group.id);
});

test.each([
  ['a bad token', 403, 'vsn=2.0.0&token=nonsense'],
  ['no token', 403, 'vsn=2.0.0'],
  ['another version', 400, 'vsn=1.0.0&token=TOKEN'],
  ['no version', 400, 'token=TOKEN'],
])('WS-3 %s is refused at the upgrade with %d', async (_name, status, query) => {
  const url = `${server.url}/socket/websocket?${query.replace('TOKEN', alice.tokens.access_token)}`;
  const answer = await fetch(url, {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  });
  expect(answer.status).toBe(status);
  expect(((await answer.json()) as { error: { message: string } }).error.message).toMatch(/\.$|without\.$/);
});

test('WS-3 the official client with a bad token keeps trying and never opens', async () => {
  const socket = clients.connect(server, 'nonsense');
  let errors = 0;
  socket.onError(() => errors++);
  await until(() => errors >= 3, { what: 'three refused connections' });
  expect(socket.isConnected()).toBe(false);
});
