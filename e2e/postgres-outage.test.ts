import { afterAll, beforeAll, expect, test } from 'bun:test';
import {
  type ConversationJoined,
  type GroupObject,
  LIMITS,
  type LogEvent,
  type MessageObject,
  type RefusalBody,
} from '@tpx/protocol';
import { createGroup, createPerson, type Person, startServer, type TestServer, until } from '@tpx/testkit';
import type { Channel } from 'phoenix';
import { OwnPostgres } from './own-postgres.fixture.ts';
import { Clients, Heard, ok, outcomeOf, refused, text } from './phoenix-client.fixture.ts';

type Sent = { message: MessageObject };
type Refused = { error: RefusalBody };
type Page = { messages: MessageObject[]; has_more: boolean };
type Ready = { ready: boolean; parts: { postgres: { ok: boolean; message?: string } } };

let postgres: OwnPostgres;
let server: TestServer;
let alice: Person;
let bob: Person;
let carol: Person;

beforeAll(async () => {
  postgres = await OwnPostgres.start();
  server = await startServer({ databaseUrl: postgres.url });
  [alice, bob, carol] = await Promise.all([
    createPerson(server, 'alice'),
    createPerson(server, 'bob'),
    createPerson(server, 'carol'),
  ]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

async function readiness(): Promise<{ status: number; body: Ready }> {
  const answer = await fetch(`${server.url}/readyz`);
  return { status: answer.status, body: (await answer.json()) as Ready };
}

async function isBack(): Promise<void> {
  await postgres.start();
  await until(async () => (await readiness()).status === 200, { what: 'the node to be ready again' });
}

/** How often each message is in the log, by id. Reads all pages of it and checks that no seq is missing. */
async function wholeLog(group: GroupObject): Promise<Map<string, number>> {
  const events: LogEvent[] = [];
  for (let hasMore = true; hasMore; ) {
    const { body } = await bob.api.call<{ events: LogEvent[]; has_more: boolean }>(
      'GET',
      `/groups/${group.id}/events?after=${events.at(-1)?.seq ?? 0}&limit=${LIMITS.pageMax}`,
    );
    events.push(...body.events);
    hasMore = body.has_more;
  }
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
  const times = new Map<string, number>();
  for (const event of events)
    if (event.event === 'message')
      times.set(event.payload.message.id, (times.get(event.payload.message.id) ?? 0) + 1);
  return times;
}

async function livePair(clients: Clients, group: GroupObject) {
  const enter = async (person: Person) => {
    const channel = clients.connect(server, person.tokens.access_token).channel(`group:${group.id}`);
    const heard = new Heard(channel, ['message', 'receipts', 'typing']);
    await ok<ConversationJoined>(channel.join());
    return { channel, heard };
  };
  return { a: await enter(alice), b: await enter(bob) };
}

async function sendMany(channel: Channel, count: number): Promise<string[]> {
  const sent = await Promise.all(
    Array.from({ length: count }, (_, n) => ok<Sent>(channel.push('message', text(`m${n}`)))),
  );
  return sent.map(({ message }) => message.id);
}

test('LOG-6 while Postgres is away a live conversation is read, sends are refused, and all is well after', async () => {
  using clients = new Clients();
  const group = await createGroup(alice, [bob]);
  const other = await createGroup(alice, [bob]);
  const { a, b } = await livePair(clients, group);
  const acknowledged = await sendMany(a.channel, 20);
  await postgres.stop();

  // An answer of /readyz may be up to 250 ms old.
  const away = await until(
    async () => {
      const answer = await readiness();
      return answer.status === 503 ? answer : undefined;
    },
    { what: 'the node to be not ready' },
  );
  expect([away.body.ready, away.body.parts.postgres.ok]).toEqual([false, false]);
  expect(away.body.parts.postgres.message).toContain('PostgreSQL');
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);

  const byPush = await ok<Page>(b.channel.push('history', { limit: 20 }));
  expect(byPush.messages.map(({ id }) => id)).toEqual(acknowledged);
  const byRest = await bob.api.call<Page>('GET', `/groups/${group.id}/messages?limit=20`);
  expect([byRest.status, byRest.body.messages]).toEqual([200, byPush.messages]);

  const startedAt = performance.now();
  for (const [event, payload] of [
    ['message', text('lost?')],
    ['edit', { id: acknowledged[0], content: { text: 'x' } }],
    ['delete', { id: acknowledged[0] }],
    ['react', { id: acknowledged[0], emoji: '👍', on: true }],
  ] as const)
    expect(await refused(a.channel.push(event, payload))).toMatchObject({ code: 'unavailable' });
  const send = { group_id: group.id, ...text('by REST') };
  const answer = await bob.api.call<Refused>('POST', '/messages/send', send);
  expect([answer.status, answer.body.error.code]).toEqual([503, 'unavailable']);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(performance.now() - startedAt).toBeLessThan(5_000);

  // What needs no storage goes on: signals, and the marks, which wait.
  await ok(b.channel.push('typing', { on: true }));
  await a.heard.next('typing');
  const lastSeq = byPush.messages.at(-1)?.seq ?? 0;
  await ok(b.channel.push('read', { seq: lastSeq }));
  const elsewhere = clients.connect(server, bob.tokens.access_token).channel(`group:${other.id}`);
  expect(await refused(elsewhere.join())).toMatchObject({ code: 'unavailable' });
  expect(a.heard.of('receipts')).toEqual([]);

  await isBack();
  const receipts = await a.heard.next<{ receipts: object[] }>('receipts');
  expect(receipts.receipts).toEqual([{ user_id: bob.user.id, delivered_seq: lastSeq, read_seq: lastSeq }]);
  await until(() => elsewhere.state === 'joined', { what: 'the refused join to be tried again' });
  acknowledged.push(...(await sendMany(b.channel, 5)));
  await until(() => a.heard.of('message').length === 25, { what: 'all that was acknowledged' });
  await alice.api.call('POST', `/groups/${group.id}/add`, { user_id: carol.user.id });
  const late = clients
    .connect(server, carol.tokens.access_token)
    .channel(`group:${group.id}`, { last_seq: 0 });
  const joined = await ok<ConversationJoined>(late.join());
  expect(joined.events.map(({ seq }) => seq)).toEqual(joined.events.map((_, n) => n + 1));

  const times = await wholeLog(group);
  expect(acknowledged.map((id) => times.get(id))).toEqual(acknowledged.map(() => 1));
  const { body } = await bob.api.call<Page>('GET', `/groups/${group.id}/messages?limit=100`);
  const texts = body.messages.map(({ content }) => (content as { text?: string }).text);
  expect(texts).not.toContain('lost?');
  expect(texts).not.toContain('by REST');
}, 60_000);

test('LOG-4 Postgres is killed under load: what was acknowledged is there once, and no seq is missing', async () => {
  using clients = new Clients();
  const group = await createGroup(alice, [bob]);
  const { a, b } = await livePair(clients, group);
  const acknowledged: string[] = [];
  const codes = new Set<string>();
  let running = true;
  const sender = async ({ channel }: { channel: Channel }) => {
    while (running) {
      const outcome = await outcomeOf(channel.push('message', text('under load'), 30_000));
      if (outcome.status === 'ok') acknowledged.push((outcome.response as Sent).message.id);
      else codes.add((outcome.response as { code?: string }).code ?? outcome.status);
    }
  };
  const senders = [a, b, a, b].map(sender);
  await until(() => acknowledged.length >= 20, { what: 'sends to be under way' });
  await postgres.kill();
  await until(() => codes.size > 0, { what: 'sends to be refused' });
  const before = acknowledged.length;
  await isBack();
  await until(() => acknowledged.length > before + 10, { what: 'sends to be taken again' });
  running = false;
  await Promise.all(senders);
  expect([...codes]).toEqual(['unavailable']);
  const times = await wholeLog(group);
  expect(acknowledged.map((id) => times.get(id))).toEqual(acknowledged.map(() => 1));
  // Readers have the same: what was stored without being acknowledged reached them, too.
  const seqs = () => a.heard.of<{ seq: number }>('message').map(({ seq }) => seq);
  await until(() => seqs().length >= times.size - 2, {
    what: 'readers to have what is stored',
    timeoutMs: 5_000,
  });
  expect(seqs()).toEqual(seqs().map((_, n) => (seqs()[0] ?? 0) + n));
}, 60_000);
