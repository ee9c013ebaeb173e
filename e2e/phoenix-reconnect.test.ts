import { expect, test } from 'bun:test';
import { CLOSE_CODES, type ConversationJoined, type MessageObject } from '@tpx/protocol';
import type { Connection } from '@tpx/sdk';
import { createGroup, until } from '@tpx/testkit';
import { Clients, Heard, ok, outcomeOf, text } from './phoenix-client.fixture.ts';
import { newClient } from './sdk.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();
const [alice, bob] = await people(server, 'alice', 'bob');

test('WS-7 rejoin after the server restarts: what was missed comes by last_seq, nothing twice', async () => {
  using clients = new Clients();
  const group = await createGroup(alice, [bob]);
  let lastSeq = group.last_seq;
  const answers: ConversationJoined[] = [];
  const channel = clients
    .connect(server, bob.tokens.access_token)
    .channel(`group:${group.id}`, () => ({ last_seq: lastSeq }));
  const heard = new Heard(channel, ['message']);
  await new Promise<void>((resolve) => {
    channel.join().receive('ok', (response) => {
      answers.push(response as ConversationJoined);
      resolve();
    });
  });
  const send = (content: string) =>
    alice.api.call('POST', '/messages/send', { group_id: group.id, ...text(content) });
  await send('before');
  await heard.next('message');
  lastSeq++;
  await server.stop();
  await until(() => channel.state === 'errored', { what: 'the client to notice' });
  await server.start();
  await send('meanwhile');
  await until(() => channel.state === 'joined', { what: 'the rejoin' });
  const caughtUp = answers.at(-1)?.events ?? [];
  await send('after');
  const live = () => heard.of<{ seq: number; message: MessageObject }>('message').slice(1);
  await until(() => caughtUp.length + live().length >= 2, { what: 'both messages' });
  const seqs = [...caughtUp.map(({ seq }) => seq), ...live().map(({ seq }) => seq)];
  expect(answers).toHaveLength(2);
  expect(seqs).toEqual([lastSeq + 1, lastSeq + 2]);
}, 60_000);

test('WS-4 heartbeat loss: a server that stands still is noticed, pushes time out, then all is well again', async () => {
  using clients = new Clients();
  const group = await createGroup(alice);
  const socket = clients.connect(server, alice.tokens.access_token, { heartbeatIntervalMs: 300 });
  let opened = 0;
  socket.onOpen(() => opened++);
  const channel = socket.channel(`group:${group.id}`);
  await ok(channel.join());
  process.kill(server.pid, 'SIGSTOP');
  try {
    const push = await outcomeOf(channel.push('message', text('into the void'), 200));
    expect(push.status).toBe('timeout');
    await until(() => channel.state === 'errored', { what: 'the client to miss its heartbeat' });
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
  await until(() => channel.state === 'joined', { what: 'the rejoin' });
  expect(opened).toBeGreaterThan(1);
  const { message } = await ok<{ message: MessageObject }>(channel.push('message', text('back')));
  // What was pushed before the stop had arrived: it is stored, once, before this one.
  expect(message.seq).toBe(group.last_seq + 2);
}, 30_000);

test('WS-10 a node that drains says so, and clients come back by themselves, whoever made them', async () => {
  using clients = new Clients();
  const socket = clients.connectAs(server, bob);
  const codes: number[] = [];
  socket.onClose(({ code }) => codes.push(code));
  const channel = socket.channel(`user:${bob.user.id}`);
  await ok(channel.join());
  const ours = await newClient(server, 'carol');
  const states: Connection[] = [];
  ours.events.on('connection', (connection) => states.push(connection));
  await server.restart();
  await until(() => channel.state === 'joined' && states.at(-1)?.state === 'online', {
    what: 'both to be back',
  });
  expect(codes[0]).toBe(CLOSE_CODES.going_away.code);
  // Each at its own moment, and soon.
  expect(states[0]).toMatchObject({ state: 'waiting', why: CLOSE_CODES.going_away.reason });
  expect((states[0] as { retryInMs: number }).retryInMs).toBeLessThanOrEqual(200);
  await ours.close();
}, 60_000);

test('WS-4 heartbeats keep an idle socket open', async () => {
  using clients = new Clients();
  const socket = clients.connect(server, alice.tokens.access_token, { heartbeatIntervalMs: 50 });
  let closed = 0;
  socket.onClose(() => closed++);
  let beats = 0;
  socket.onMessage(({ topic, event }) => {
    if (topic === 'phoenix' && event === 'phx_reply') beats++;
  });
  await until(() => beats >= 5, { what: 'five answered heartbeats' });
  expect(closed).toBe(0);
});
