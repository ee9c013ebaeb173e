import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { readBody } from '@tpx/server/transports/read-body.ts';
import { createPerson, type Person, startServer, type TestServer, until } from '@tpx/testkit';

let server: TestServer;
let alice: Person;
beforeAll(async () => {
  server = await startServer();
  alice = await createPerson(server, 'alice');
}, 90_000);
afterAll(() => server[Symbol.asyncDispose]());

/** A POST whose body stops before its end; gives the status that is answered all the same. */
function unfinished(port: number, path: string, length: number) {
  const heard = { text: '', closed: false };
  const socket: Socket = connect(port, '127.0.0.1', () => {
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
    socket.write('x'.repeat(length - 10));
  });
  socket.on('data', (data) => {
    heard.text += data.toString();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    heard.closed = true;
  });
  return { heard, socket };
}

test('WS-26 of the POSTs of one long poll whose bodies do not end, two are waited for', async () => {
  const token = encodeURIComponent(alice.tokens.access_token);
  const opened = (await (await fetch(`${server.url}/socket/longpoll?vsn=2.0.0&token=${token}`)).json()) as {
    token: string;
  };
  const path = `/socket/longpoll?vsn=2.0.0&token=${token}&token=${encodeURIComponent(opened.token)}`;
  const port = Number(new URL(server.url).port);
  const posts = Array.from({ length: 12 }, () => unfinished(port, path, 100_000));
  const refused = () => posts.filter(({ heard }) => heard.text.includes('rate_limited'));
  await until(() => refused().length === 10, { what: 'all but two to be refused' });
  for (const { socket } of posts) socket.destroy();
  await until(
    async () => (await fetch(`${server.url}${path}`, { method: 'POST', body: '' })).status === 200,
    { what: 'the next POST to be taken' },
  );
});

test('REST-14 a body that does not end is refused in time, however often a byte of it comes', async () => {
  const sizes: (number | string)[] = [];
  const node = Bun.serve({
    port: 0,
    async fetch(request) {
      const size = await readBody(request, 1_000, 300).then(
        (bytes) => bytes?.length ?? 'too large',
        (error: Error) => error.message,
      );
      sizes.push(size);
      return new Response(String(size));
    },
  });
  try {
    const url = `http://127.0.0.1:${node.port}/`;
    for (const [body, size] of [
      ['', '0'],
      ['abc', '3'],
      ['x'.repeat(1_001), 'too large'],
    ] as const)
      expect(await (await fetch(url, { method: 'POST', body })).text()).toBe(size);
    const { heard, socket } = unfinished(node.port ?? 0, '/', 900);
    const drip = setInterval(() => socket.write('x'), 100);
    await until(() => heard.text.includes('within 0.3 s'), { what: 'the refusal' });
    clearInterval(drip);
    socket.destroy();
    expect(sizes).toHaveLength(4);
  } finally {
    await node.stop(true);
  }
});
