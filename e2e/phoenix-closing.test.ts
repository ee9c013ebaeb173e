import { expect, test } from 'bun:test';
import type { MessageObject } from '@tpx/protocol';
import { createGroup, createPerson, type Person, signInAgain, until } from '@tpx/testkit';
import { clientsOfEachTest, framesOf, Heard, joined, ok, text } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

type MessageEvent = { seq: number; message: MessageObject };

const server = await serverOfThisFile();
const [alice, bob] = await people(server, 'alice', 'bob');
const clients = clientsOfEachTest();
const connect = (person: Person) => clients.connectAs(server, person);

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
