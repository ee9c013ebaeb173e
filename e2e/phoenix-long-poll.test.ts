import { expect, test } from 'bun:test';
import type { ConversationJoined, MessageObject } from '@tpx/protocol';
import { createGroup, type Person, until } from '@tpx/testkit';
import { LongPoll, Presence, type SocketOptions } from 'phoenix';
import { clientsOfEachTest, Heard, ok, packed, refused, text } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

type Sent = { message: MessageObject };

const server = await serverOfThisFile();
const [alice, bob] = await people(server, 'alice', 'bob');
const clients = clientsOfEachTest();

const EVENTS = ['message', 'edited', 'reaction', 'deleted', 'typing', 'receipts', 'ping', 'phx_close'];
const polling = (person: Person, options: SocketOptions = {}) =>
  clients.connect(server, person.tokens.access_token, { transport: LongPoll, ...options });

test('WS-11 long poll alone does everything', async () => {
  const group = await createGroup(alice, [bob]);
  const topic = `group:${group.id}`;
  const channel = polling(alice).channel(topic);
  const heard = new Heard(channel, EVENTS);
  const presence = new Presence(channel);
  const joined = await ok<ConversationJoined>(channel.join());
  expect(joined.conversation.id).toBe(group.id);
  const other = clients.connect(server, bob.tokens.access_token).channel(topic);
  const others = new Heard(other, EVENTS);
  await ok(other.join());
  await until(() => presence.list((key) => key).length === 2, { what: 'both to be present' });

  const { message } = await ok<Sent>(channel.push('message', text('by poll')));
  expect(await others.next('message')).toMatchObject({ seq: message.seq });
  expect(await heard.next('message')).toMatchObject({ seq: message.seq });
  await ok(other.push('react', { id: message.id, emoji: '👍', on: true }));
  await heard.next('reaction');
  await ok(channel.push('edit', { id: message.id, content: { text: 'edited' } }));
  await others.next('edited');
  await ok(channel.push('typing', { on: true }));
  await others.next('typing');
  await ok(other.push('read', { seq: message.seq }));
  expect(await heard.next('receipts')).toMatchObject({ receipts: [{ user_id: bob.user.id }] });
  await ok(other.push('ping', {}));
  await heard.next('ping');
  expect(heard.of('typing')).toEqual([]);
  const history = await ok<{ messages: MessageObject[] }>(channel.push('history', {}));
  expect(history.messages.at(-1)).toMatchObject({ id: message.id, content: { text: 'edited' } });
  await ok(channel.push('delete', { id: message.id }));
  await others.next('deleted');
  expect(await refused(channel.push('nonsense', {}))).toMatchObject({ code: 'invalid' });
  await ok(channel.leave());
  expect(channel.state).toBe('closed');
});

test('WS-13 a burst of pushes keeps its order', async () => {
  const group = await createGroup(alice);
  const channel = polling(alice).channel(`group:${group.id}`);
  const heard = new Heard(channel, EVENTS);
  await ok(channel.join());
  const pushes = Array.from({ length: 250 }, (_, n) => ok<Sent>(channel.push('message', text(`m${n}`))));
  const sent = await Promise.all(pushes);
  expect(sent.map(({ message }) => message.seq)).toEqual(sent.map((_, n) => group.last_seq + 1 + n));
  await until(() => heard.of('message').length === 250, { what: 'all broadcasts' });
  const seqs = heard.of<{ seq: number }>('message').map(({ seq }) => seq);
  expect(seqs).toEqual(sent.map(({ message }) => message.seq));
});

test('WS-14 a binary push by long poll is answered in text', async () => {
  const group = await createGroup(alice);
  const channel = polling(alice).channel(`group:${group.id}`);
  await ok(channel.join());
  const { message } = await ok<Sent>(channel.push('message', packed(text('bytes'))));
  expect(message.content).toEqual({ text: 'bytes' });
});

test('WS-12 the access token may come in the header', async () => {
  const group = await createGroup(alice);
  const socket = clients.connect(server, '', {
    transport: LongPoll,
    params: {},
    authToken: alice.tokens.access_token,
  });
  const channel = socket.channel(`group:${group.id}`);
  await ok(channel.join());
  await ok(channel.push('message', text('by header')));
});

test('WS-15 a bad access token is refused, and the client says so', async () => {
  const socket = clients.connect(server, 'nonsense', { transport: LongPoll, reconnectAfterMs: () => 60_000 });
  const errors: unknown[] = [];
  const closes: number[] = [];
  socket.onError((error) => errors.push(error));
  socket.onClose(({ code }) => closes.push(code));
  await until(() => closes.length > 0, { what: 'the socket to close' });
  expect(errors).toEqual([403]);
  expect(closes).toEqual([1008]);
});

test('WS-18 a ban reaches a client that polls, at once', async () => {
  const group = await createGroup(alice, [bob]);
  const channel = polling(bob).channel(`group:${group.id}`);
  const heard = new Heard(channel, EVENTS);
  await ok(channel.join());
  await alice.api.call('POST', `/groups/${group.id}/ban`, { user_id: bob.user.id });
  await heard.next('phx_close');
  expect(channel.state).toBe('closed');
});

test('WS-11 after a restart of the server a polling client opens a new session and joins again', async () => {
  const group = await createGroup(alice);
  const channel = polling(alice).channel(`group:${group.id}`);
  await ok(channel.join());
  await server.stop();
  await until(() => channel.state === 'errored', { what: 'the client to notice' });
  await server.start();
  await until(() => channel.state === 'joined', { what: 'the rejoin' });
  const { message } = await ok<Sent>(channel.push('message', text('again')));
  expect(message.seq).toBe(group.last_seq + 1);
}, 60_000);

test('WS-11 fall-back: a WebSocket that fails gives way to long poll', async () => {
  class BrokenWebSocket {
    readyState = 0;
    onerror: (error: unknown) => void = () => undefined;
    onclose: (event: unknown) => void = () => undefined;
    constructor() {
      setTimeout(() => {
        this.readyState = 3;
        this.onerror(new Error('blocked'));
        this.onclose({ code: 1006 });
      }, 5);
    }
    close(): void {
      this.readyState = 3;
    }
  }
  const group = await createGroup(alice);
  const socket = clients.connect(server, alice.tokens.access_token, {
    transport: BrokenWebSocket,
    longPollFallbackMs: 200,
  });
  const channel = socket.channel(`group:${group.id}`);
  await ok(channel.join());
  expect(socket.transport).toBe(LongPoll);
  await ok(channel.push('message', text('by the other way')));
});

test('WS-11 fall-back: behind a proxy that refuses upgrades', async () => {
  let refusedUpgrades = 0;
  await using proxy = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 30,
    async fetch(request) {
      if (request.headers.get('upgrade')) {
        refusedUpgrades++;
        return new Response('no upgrades here', { status: 400 });
      }
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const body = method === 'POST' ? await request.arrayBuffer() : null;
      return fetch(server.url + pathname + search, { method, headers, body, signal: request.signal });
    },
  });
  const group = await createGroup(alice);
  const socket = clients.connect({ url: proxy.url.href.slice(0, -1) }, alice.tokens.access_token, {
    longPollFallbackMs: 1_000,
  });
  const channel = socket.channel(`group:${group.id}`);
  const heard = new Heard(channel, EVENTS);
  await ok(channel.join());
  await ok(channel.push('message', text('through the proxy')));
  await heard.next('message');
  expect(refusedUpgrades).toBe(1);
  expect(socket.transport).toBe(LongPoll);
  socket.disconnect();
});
