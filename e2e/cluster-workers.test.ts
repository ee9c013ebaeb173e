import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createPerson,
  hasNats,
  startNats,
  startServer,
  stillAlive,
  type TestNats,
  type TestServer,
  until,
} from '@tpx/testkit';
import { Clients, Heard, ok } from './phoenix-client.fixture.ts';

/** The processes of the workers that serve now, by number. */
function workersOf(server: TestServer): Map<number, number> {
  const told = server.output().matchAll(/Worker (\d+) is process (\d+)\./g);
  // One that was started again is told of again: the last counts.
  return new Map([...told].map(([, number, pid]) => [Number(number), Number(pid)]));
}

function postmasterOf(server: TestServer): number {
  return Number.parseInt(readFileSync(join(server.dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

describe.skipIf(!hasNats)('workers', () => {
  let nats: TestNats;
  let server: TestServer;
  beforeAll(async () => {
    nats = await startNats();
    server = await startServer({ env: { TPX_WORKERS: '2', TPX_NATS_URL: nats.url } });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await nats?.stop();
  });

  test('CLU-20 two workers share the port, and people on both talk', async () => {
    using clients = new Clients();
    // One that serves makes the server ready.
    await until(() => workersOf(server).size === 2, { what: 'both to serve' });
    const alice = await createPerson(server, 'alice');
    const { body } = await alice.api.call<{ group: { id: string } }>('POST', '/groups', { name: 'Room' });
    const listeners = await Promise.all(
      // The kernel spreads connections over the workers: so many are not all on one.
      Array.from({ length: 12 }, async () => {
        const channel = clients.connect(server, alice.tokens.access_token).channel(`group:${body.group.id}`);
        const heard = new Heard(channel, ['message']);
        await ok(channel.join());
        return { channel, heard };
      }),
    );
    const sending = listeners.map(({ channel }, n) =>
      ok(channel.push('message', { type: 'text', content: { text: `from ${n}` } })),
    );
    await Promise.all(sending);
    for (const { heard } of listeners)
      await until(() => heard.of('message').length === 12, { what: 'every message on every connection' });
  });

  test('CLU-24 /metrics of whichever worker answers tells of both', async () => {
    const shown = async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      expect(text.match(/^# TYPE tpx_connections gauge$/gm)).toHaveLength(1);
      return [...text.matchAll(/^tpx_connections\{worker="(\d)"\} \d+$/gm)].map(([, number]) => number);
    };
    for (let asked = 0; asked < 8; asked++) expect(await shown()).toEqual(['1', '2']);
    const one = workersOf(server).get(1) ?? 0;
    process.kill(one, 'SIGSTOP');
    try {
      // Several at once: the kernel gives about half of them to the one that stands still, which is replaced after 8 s.
      const isAlone = async () => {
        const asked = Array.from({ length: 8 }, async () => {
          if ((await shown()).join() !== '2') throw new Error('Figures may be a second old.');
          return true;
        });
        return await Promise.race([Promise.any(asked), Bun.sleep(1_500)]);
      };
      await until(isAlone, { what: 'the other to answer alone', everyMs: 100 });
    } finally {
      if (workersOf(server).get(1) === one) process.kill(one, 'SIGCONT');
    }
  });

  test('CLU-21 a worker that is killed is back, and its clients with it', async () => {
    using clients = new Clients();
    const alice = await createPerson(server, 'alice');
    const channels = Array.from({ length: 6 }, () =>
      clients.connect(server, alice.tokens.access_token).channel(`user:${alice.user.id}`),
    );
    await Promise.all(channels.map((channel) => ok(channel.join())));
    const before = workersOf(server).get(1) ?? 0;
    process.kill(before, 'SIGKILL');
    await until(() => (workersOf(server).get(1) ?? before) !== before, {
      what: 'another process in its place',
      timeoutMs: 20_000,
    });
    await until(() => channels.every(({ state }) => state === 'joined'), {
      what: 'all to have joined again',
    });
    await server.wrote('Worker 1 ended with SIGKILL. It is started again now.');
  });

  test('CLU-25 a worker that stands still is replaced, its clients come back, and no new connection hangs', async () => {
    using clients = new Clients();
    const alice = await createPerson(server, 'alice');
    const channels = Array.from({ length: 12 }, () =>
      clients.connect(server, alice.tokens.access_token).channel(`user:${alice.user.id}`),
    );
    await Promise.all(channels.map((channel) => ok(channel.join())));
    const before = workersOf(server).get(2) ?? 0;
    process.kill(before, 'SIGSTOP');
    // The kernel gives about half of them to the one that stands still: those hang until it is gone.
    const fresh = Array.from({ length: 30 }, () => {
      const url = new URL('/socket/websocket?vsn=2.0.0', server.url);
      url.searchParams.set('token', alice.tokens.access_token);
      const socket = new WebSocket(url);
      return new Promise((resolve) => {
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('closed');
      }).finally(() => socket.close());
    });
    await until(() => (workersOf(server).get(2) ?? before) !== before, {
      what: 'another process in its place',
      timeoutMs: 40_000,
    });
    expect(stillAlive([before])).toEqual([]);
    // Each has an answer; before, none of those was refused or opened.
    expect(await Promise.all(fresh)).toHaveLength(30);
    await until(() => channels.every(({ state }) => state === 'joined'), {
      what: 'all to have joined again',
      timeoutMs: 30_000,
    });
    await server.wrote('Worker 2 has stood still for 8 s. It is killed.');
    await server.wrote('Worker 2 ended with SIGKILL. It is started again now.');
  });

  test.if(process.env.TPX_DATABASE_URL === undefined)(
    'START-10 the embedded PostgreSQL of workers is killed and is back, with all that was acknowledged',
    async () => {
      const alice = await createPerson(server, 'alice');
      const { body } = await alice.api.call<{ group: { id: string } }>('POST', '/groups', { name: 'Room' });
      const send = (text: string) =>
        alice.api.call('POST', '/messages/send', {
          group_id: body.group.id,
          type: 'text',
          content: { text },
        });
      expect((await send('before')).status).toBe(201);
      const workers = [...workersOf(server).values()];
      process.kill(postmasterOf(server), 'SIGKILL');
      await until(() => server.output().includes('The embedded PostgreSQL runs again.'), {
        what: 'PostgreSQL to be back',
        timeoutMs: 30_000,
      });
      await until(async () => (await send('after')).status === 201, { what: 'sends to be taken again' });
      const page = await alice.api.call<{ messages: { content: { text?: string } }[] }>(
        'GET',
        `/groups/${body.group.id}/messages`,
      );
      const texts = page.body.messages.map(({ content }) => content.text);
      expect([texts[0], texts.at(-1)]).toEqual(['before', 'after']);
      expect([...workersOf(server).values()]).toEqual(workers);
    },
  );

  test('CLU-22 SIGHUP replaces the workers one after the other while clients stay served', async () => {
    using clients = new Clients();
    const alice = await createPerson(server, 'alice');
    const channel = clients.connect(server, alice.tokens.access_token).channel(`user:${alice.user.id}`);
    await ok(channel.join());
    const before = workersOf(server);
    process.kill(server.pid, 'SIGHUP');
    const refused: unknown[] = [];
    await until(
      async () => {
        // A connection to a worker that drains at that moment is reset, as any connection may be; a node answers.
        await fetch(`${server.url}/healthz`).then(
          ({ status }) => status === 200 || refused.push(status),
          () => undefined,
        );
        return stillAlive([...before.values()]).length === 0;
      },
      { what: 'the old workers to have ended', timeoutMs: 30_000 },
    );
    await until(() => stillAlive([...workersOf(server).values()]).length === 2, {
      what: 'two others to be named',
    });
    expect([...workersOf(server).keys()].sort()).toEqual([1, 2]);
    await until(() => channel.state === 'joined', { what: 'the client to have joined again' });
    expect(refused).toEqual([]);
  });

  test('CLU-23 a supervisor that is killed takes its workers with it, and the next start has the port', async () => {
    const workers = [...workersOf(server).values()];
    // One of them stands still: it could not end by itself.
    process.kill(workers[0] ?? 0, 'SIGSTOP');
    process.kill(server.pid, 'SIGKILL');
    await server.ended();
    await until(() => stillAlive(workers).length === 0, { what: 'the workers to have ended' });
    await server.start();
    const person = await createPerson(server, 'carol');
    expect(person.user.display_name).toBe('carol');
  });

  test('CLU-22 SIGTERM drains all and ends with 0', async () => {
    // One that serves made the server ready; the start has ended when the other does.
    await until(() => stillAlive([...workersOf(server).values()]).length === 2, { what: 'both to serve' });
    const workers = [...workersOf(server).values()];
    await server.stop();
    expect(stillAlive(workers)).toEqual([]);
  });
});

test('CLU-20 several workers without NATS are refused with a sentence', async () => {
  const start = startServer({ env: { TPX_WORKERS: '2' } });
  await expect(start).rejects.toThrow('set TPX_NATS_URL');
});

test('CLU-21 workers that cannot start end the start, and nothing is left behind', async () => {
  const nowhere = 'postgres://tpx@127.0.0.1:1/tpx';
  const env = { TPX_WORKERS: '2', TPX_NATS_URL: 'nats://127.0.0.1:1' };
  const error: Error = await startServer({ databaseUrl: nowhere, env }).then(
    () => new Error('It started.'),
    (reason) => reason,
  );
  expect(error.message).toContain('PostgreSQL does not answer at TPX_DATABASE_URL.');
  expect(error.message).toMatch(/Worker [12] ended with code 1 before it was ready\./);
});
