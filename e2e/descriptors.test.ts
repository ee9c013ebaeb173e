import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { createGroup, createPerson, startServer, type TestServer, until } from '@tpx/testkit';
import type { Socket } from 'bun';
import { Clients, Heard, ok, text } from './phoenix-client.fixture.ts';

const isLinux = process.platform === 'linux';
const SHORT_OF_DESCRIPTORS = ['bash', '-c', 'ulimit -n 128 && exec "$@"', '--'];
/** As many in use, spare ones not counted; from four more on the listener is closed. */
const REFUSES_FROM = 112;
/** Clock ticks a second of /proc/PID/stat (proc(5)), the same on every Linux that Bun runs on. */
const TICKS_PER_SECOND = 100;

test.if(isLinux)(
  'LOAD-1 LOAD-2 300 silent connections at a limit of 128: those who are there go on, others come in when some leave',
  async () => {
    await using server = await startServer({ prefix: SHORT_OF_DESCRIPTORS });
    using clients = new Clients();
    const [alice, bob] = await Promise.all([createPerson(server, 'alice'), createPerson(server, 'bob')]);
    const group = await createGroup(alice, [bob]);
    const a = clients.connect(server, alice.tokens.access_token).channel(`group:${group.id}`);
    const b = clients.connect(server, bob.tokens.access_token).channel(`group:${group.id}`);
    const heard = new Heard(b, ['message']);
    await ok(a.join());
    await ok(b.join());

    const silent = await openSilent(server, 300);
    await until(() => server.output().includes('no new connections are taken'), { what: 'it to be said' });
    const cpuBefore = cpuSeconds(server.pid);
    const startedAt = performance.now();
    for (let n = 0; n < 30; n++) {
      await ok(a.push('message', text(`m${n}`)));
      await Bun.sleep(50);
    }
    const wallSeconds = (performance.now() - startedAt) / 1000;
    // One that spins takes all of the time that it can get.
    expect(cpuSeconds(server.pid) - cpuBefore).toBeLessThan(wallSeconds / 2);
    await until(() => heard.of('message').length === 30, { what: 'readers to get all' });
    // The listener is closed: nobody waits in line for an answer that never comes.
    await expect(fetch(`${server.url}/healthz`, { keepalive: false })).rejects.toThrow();

    for (const socket of silent) socket.terminate();
    await until(() => server.output().includes('new connections are taken again'), { what: 'it to be over' });
    const back = clients.connect(server, bob.tokens.access_token).channel(`group:${group.id}`);
    const heardBack = new Heard(back, ['message']);
    await ok(back.join());
    // Both, the one of before and the one of after, are published to.
    await ok(back.push('message', text('after')));
    await until(() => heard.of('message').length === 31 && heardBack.of('message').length === 1, {
      what: 'both to get it',
    });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('tpx_descriptors_limit 128');
    expect(metrics).toContain('tpx_accepting 1');
    expect(Number(/^tpx_descriptors (\d+)$/m.exec(metrics)?.[1])).toBeLessThan(100);
    expect(metrics).toMatch(/^tpx_memory_left_bytes \d+/m);
    expect(metrics).toMatch(/^tpx_memory_limit_bytes \d+/m);
  },
  120_000,
);

test.if(isLinux)(
  'LOAD-3 silent connections that never leave are closed, and others come in',
  async () => {
    await using server = await startServer({ prefix: SHORT_OF_DESCRIPTORS });
    const silent = await openSilent(server, 300);
    await until(() => server.output().includes('no new connections are taken'), { what: 'it to be said' });
    await until(() => server.output().includes('new connections are taken again'), {
      what: 'room to be made',
      timeoutMs: 40_000,
    });
    await createPerson(server, 'alice');
    for (const socket of silent) socket.terminate();
  },
  120_000,
);

test.if(isLinux)(
  'LOAD-1 a device that comes when few descriptors are left gets 503 and is given a time to come again',
  async () => {
    await using server = await startServer({ prefix: SHORT_OF_DESCRIPTORS });
    const alice = await createPerson(server, 'alice');
    const url = `${server.url}/socket/websocket?vsn=2.0.0&token=${alice.tokens.access_token}`;
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const used = Number(/^tpx_descriptors (\d+)$/m.exec(metrics)?.[1]);
    const open = await openSilent(server, REFUSES_FROM - used - 2);
    const refused = await until(
      async () => {
        open.push(...(await openSilent(server, 1)));
        const answer = await fetch(url, { headers: { connection: 'close' } });
        // Without an upgrade: 426 for as long as it would be let in.
        return answer.status === 426 ? undefined : answer;
      },
      { what: 'a refusal', everyMs: 300, timeoutMs: 60_000 },
    );
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');
    for (const socket of open) socket.terminate();
  },
  120_000,
);

/** Connections that never send a byte; those that are refused are left out. */
async function openSilent({ url }: TestServer, count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  const handlers = { data: () => undefined, error: () => undefined, connectError: () => undefined };
  const opened = await Promise.allSettled(
    Array.from({ length: count }, () => Bun.connect({ hostname, port: Number(port), socket: handlers })),
  );
  return opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
