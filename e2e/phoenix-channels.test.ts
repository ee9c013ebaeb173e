import { expect, test } from 'bun:test';
import type { MessageObject } from '@tpx/protocol';
import { createGroup, type Person } from '@tpx/testkit';
import {
  clientsOfEachTest,
  framesOf,
  joined,
  ok,
  outcomeOf,
  packed,
  text,
  unpacked,
} from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

type MessageEvent = { seq: number; message: MessageObject };
type Sent = { message: MessageObject };

const server = await serverOfThisFile();
const [alice, bob] = await people(server, 'alice', 'bob');
const clients = clientsOfEachTest();
const connect = (person: Person) => clients.connectAs(server, person);

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
