import { afterAll, beforeAll, expect, test } from 'bun:test';
import { LIMITS } from '@tpx/protocol';
import { createGroup, createPerson, type Person, startServer, type TestServer, until } from '@tpx/testkit';
import { metric } from './cluster.fixture.ts';
import { clientsOfEachTest, joined, ok, text } from './phoenix-client.fixture.ts';
import { RawSocket } from './raw-socket.fixture.ts';
import { expectWell } from './well.fixture.ts';

const ATTEMPTS = 150;
const UNREAD_MB = 8;
/** 0.9 MB for each poll: below its own limit of 1 MiB, so only the budget closes any. */
const MESSAGES = 40;

let server: TestServer;
let alice: Person;
let mallory: Person;
beforeAll(async () => {
  server = await startServer({ env: { TPX_UNREAD_MB: String(UNREAD_MB) } });
  [alice, mallory] = await Promise.all([createPerson(server, 'alice'), createPerson(server, 'mallory')]);
});
afterAll(() => server?.[Symbol.asyncDispose]());
const clients = clientsOfEachTest();

type PollAnswer = { status: number; token?: string; error?: { code: string; message: string } };

function longPoll(person: Person, pollToken?: string): string {
  const token = pollToken === undefined ? '' : `&token=${pollToken}`;
  return `${server.url}/socket/longpoll?vsn=2.0.0&token=${person.tokens.access_token}${token}`;
}

async function openPolls(person: Person): Promise<PollAnswer[]> {
  return Promise.all(
    Array.from(
      { length: ATTEMPTS },
      async () => (await (await fetch(longPoll(person))).json()) as PollAnswer,
    ),
  );
}

test('WS-22 150 sockets and 150 long polls of one person at once: 64 are let in, others are not touched', async () => {
  const sockets = Array.from({ length: ATTEMPTS }, () => new RawSocket(server));
  const upgrades = await Promise.allSettled(
    sockets.map((socket) => socket.upgrade(mallory.tokens.access_token)),
  );
  const refusals = upgrades.flatMap((upgrade) =>
    upgrade.status === 'rejected' ? [`${upgrade.reason}`] : [],
  );
  expect(refusals).toHaveLength(ATTEMPTS - LIMITS.connectionsPerUser);
  expect(refusals.every((refusal) => refusal.includes('HTTP/1.1 429'))).toBe(true);
  const polls = await openPolls(mallory);
  expect(polls.every(({ error }) => error?.code === 'rate_limited')).toBe(true);
  expect(await metric(server, 'tpx_connections')).toBe(LIMITS.connectionsPerUser);
  await expectWell(server, alice);
  for (const raw of sockets) raw[Symbol.dispose]();
  await until(async () => (await metric(server, 'tpx_connections')) === 0, {
    what: 'the sockets to be gone',
  });
});

test('WS-23 polls that nobody takes are bounded together, in bytes; who reads gets everything', async () => {
  const group = await createGroup(mallory);
  const open = (await openPolls(mallory)).flatMap(({ token }) => (token === undefined ? [] : [token]));
  expect(open).toHaveLength(LIMITS.connectionsPerUser);
  const join = JSON.stringify(['1', '1', `group:${group.id}`, 'phx_join', {}]);
  for (const token of open) await fetch(longPoll(mallory, token), { method: 'POST', body: join });
  // The one that reads takes a place of its own: one of those that do not read makes room.
  const { channel } = await joined(clients.connectAs(server, mallory), `group:${group.id}`);
  const seqs: number[] = [];
  channel.on('message', (payload) => seqs.push((payload as { seq: number }).seq));
  // Three bytes a character: 64 polls below their own limit of 1 MiB would keep 60 MB.
  for (let sent = 0; sent < MESSAGES; sent++)
    await ok(channel.push('message', text('字'.repeat(LIMITS.messageTextMax / 2 - 500))));
  await until(() => seqs.length === MESSAGES, { what: 'the reader to have all messages' });
  await until(async () => (await metric(server, 'tpx_unread_bytes')) <= UNREAD_MB * 1_048_576, {
    what: 'what is unread to be within its bound',
  });
  await until(async () => (await metric(server, 'tpx_connections')) <= UNREAD_MB + 1, {
    what: 'those furthest behind to be closed',
  });
  await expectWell(server, alice);
});
