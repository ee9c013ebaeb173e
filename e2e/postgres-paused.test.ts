import { expect, test } from 'bun:test';
import type { MessageObject, RefusalBody } from '@tpx/protocol';
import { createGroup, type Person, startServer, until } from '@tpx/testkit';
import { OwnPostgres } from './own-postgres.fixture.ts';
import { Clients, joined, ok, refused, text } from './phoenix-client.fixture.ts';
import { people } from './server.fixture.ts';

type Sent = { message: MessageObject };
type Page = { messages: MessageObject[]; has_more: boolean };

test('LOG-4 LOG-6 a Postgres that stands still: sends are refused, history is read, and all is well after', async () => {
  await using postgres = await OwnPostgres.start();
  await using server = await startServer({
    databaseUrl: postgres.url,
    env: { TPX_STATEMENT_TIMEOUT_MS: '600' },
  });
  using clients = new Clients();
  const [alice, bob] = await people(server, 'alice', 'bob');
  const group = await createGroup(alice, [bob]);
  const enter = (person: Person) => joined(clients.connectAs(server, person), `group:${group.id}`);
  const [a, b] = [await enter(alice), await enter(bob)];
  const sent: MessageObject[] = [];
  for (let n = 0; n < 10; n++) sent.push((await ok<Sent>(a.channel.push('message', text(`m${n}`)))).message);

  postgres.pause();
  const byPush = await ok<Page>(b.channel.push('history', { limit: 10 }));
  expect(byPush.messages).toEqual(sent);
  const byRest = await bob.api.call<Page>('GET', `/groups/${group.id}/messages?limit=10`);
  expect([byRest.status, byRest.body.messages]).toEqual([200, sent]);
  const id = sent[0]?.id;
  for (const [event, payload] of [
    ['message', text('unsure', 'c-1')],
    ['edit', { id, content: { text: 'x' } }],
    ['delete', { id }],
    ['react', { id, emoji: '👍', on: true }],
  ] as const)
    expect(await refused(a.channel.push(event, payload))).toMatchObject({ code: 'unavailable' });
  const answer = await bob.api.call<{ error: RefusalBody }>('POST', '/messages/send', {
    group_id: group.id,
    ...text('by REST', 'c-2'),
  });
  expect([answer.status, answer.body.error.code]).toEqual([503, 'unavailable']);
  await until(async () => (await fetch(`${server.url}/readyz`)).status === 503, {
    what: 'the node to be not ready',
  });

  postgres.resume();
  await until(async () => (await fetch(`${server.url}/readyz`)).status === 200, {
    what: 'the node to be ready',
  });
  // What was refused may have been stored all the same: repeated, it is there once.
  const again = await ok<Sent>(a.channel.push('message', text('unsure', 'c-1')));
  const last = await ok<Sent>(b.channel.push('message', text('last')));
  const { body } = await bob.api.call<{ events: { seq: number }[] }>('GET', `/groups/${group.id}/events`);
  const seqs = body.events.map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, n) => n + 1));
  expect(seqs.at(-1)).toBe(last.message.seq);
  const history = await bob.api.call<Page>('GET', `/groups/${group.id}/messages?limit=100`);
  const ids = history.body.messages.filter(({ client_id }) => client_id === 'c-1').map(({ id }) => id);
  expect(ids).toEqual([again.message.id]);
  for (const { heard } of [a, b]) {
    await heard.next<{ seq: number }>('message', ({ seq }) => seq === last.message.seq);
    const log = heard.all.filter(({ event }) => ['message', 'edited', 'deleted', 'reaction'].includes(event));
    const heardSeqs = log.map(({ payload }) => (payload as { seq: number }).seq);
    expect(heardSeqs).toEqual(heardSeqs.map((_, n) => group.last_seq + 1 + n));
  }
}, 60_000);

test('REST-10 a request that Postgres keeps waiting for longer than a quiet connection lives is answered', async () => {
  await using postgres = await OwnPostgres.start();
  await using server = await startServer({
    databaseUrl: postgres.url,
    env: { TPX_STATEMENT_TIMEOUT_MS: '12000' },
  });
  const [alice] = await people(server, 'alice');
  postgres.pause();
  const answer = await alice.api.call<{ error: RefusalBody }>('GET', '/groups');
  expect([answer.status, answer.body.error.code]).toEqual([503, 'unavailable']);
}, 60_000);

test('LOG-12 a Postgres that stands still costs the first request its time-out, and all others nothing', async () => {
  await using postgres = await OwnPostgres.start();
  await using server = await startServer({
    databaseUrl: postgres.url,
    env: { TPX_STATEMENT_TIMEOUT_MS: '2400' },
  });
  using clients = new Clients();
  const [alice, bob] = await people(server, 'alice', 'bob');
  const group = await createGroup(alice, [bob]);
  const a = await joined(clients.connectAs(server, alice), `group:${group.id}`);
  const { message } = await ok<Sent>(a.channel.push('message', text('before')));
  const path = `/groups/${group.id}`;

  postgres.pause();
  // One that comes while the first still waits is refused with it, not a whole time-out later.
  const first = refused(a.channel.push('message', text('first', 'c-first')));
  expect(await first).toMatchObject({ code: 'unavailable' });
  const startedAt = performance.now();
  for (let n = 0; n < 20; n++) {
    expect(await refused(a.channel.push('message', text(`m${n}`)))).toMatchObject({ code: 'unavailable' });
    expect((await bob.api.call('GET', '/groups')).status).toBe(503);
    expect((await bob.api.call('PATCH', path, { name: 'x' })).status).toBe(503);
  }
  const page = await alice.api.call<Page>('GET', `${path}/messages?limit=1`);
  expect([page.status, page.body.messages[0]?.id]).toEqual([200, message.id]);
  expect(performance.now() - startedAt).toBeLessThan(3_000);

  postgres.resume();
  const resumedAt = performance.now();
  await until(async () => (await bob.api.call('GET', '/groups')).status === 200, {
    what: 'requests to be served',
  });
  expect(performance.now() - resumedAt).toBeLessThan(5_000);
  // In doubt, and repeated: it is there once.
  await ok<Sent>(a.channel.push('message', text('first', 'c-first')));
  const history = await bob.api.call<Page>('GET', `${path}/messages?limit=100`);
  expect(history.body.messages.filter(({ client_id }) => client_id === 'c-first')).toHaveLength(1);
}, 60_000);

test.skipIf(process.platform !== 'linux')(
  'LOG-12 connections that are dead are replaced by new ones, where Postgres itself answers',
  async () => {
    await using postgres = await OwnPostgres.start();
    await using server = await startServer({
      databaseUrl: postgres.url,
      env: { TPX_STATEMENT_TIMEOUT_MS: '1500' },
    });
    using clients = new Clients();
    const [alice, bob] = await people(server, 'alice', 'bob');
    const group = await createGroup(alice, [bob]);
    const a = await joined(clients.connectAs(server, alice), `group:${group.id}`);
    postgres.pauseConnections();
    expect(await refused(a.channel.push('message', text('first', 'c-first')))).toMatchObject({
      code: 'unavailable',
    });
    await until(async () => (await bob.api.call('GET', '/groups')).status === 200, {
      what: 'requests to be served by new connections',
      timeoutMs: 5_000,
    });
    const { message } = await ok<Sent>(a.channel.push('message', text('first', 'c-first')));
    // What the dead ones were asked comes too late to be a second one.
    postgres.resume();
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 200, { what: 'readiness' });
    const again = await ok<Sent>(a.channel.push('message', text('first', 'c-first')));
    expect(again.message.id).toBe(message.id);
  },
  60_000,
);
