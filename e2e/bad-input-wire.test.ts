import { afterEach, expect, test } from 'bun:test';
import { createGroup, createPerson, until } from '@tpx/testkit';
import { Clients, ok } from './phoenix-client.fixture.ts';
import { RawSocket } from './raw-socket.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';
import { expectWell } from './well.fixture.ts';

const server = await serverOfThisFile();
const [alice, bob] = await people(server, 'alice', 'bob');
afterEach(() => expectWell(server, alice));

const request = (line: string, ...headers: string[]) => `${[line, ...headers].join('\r\n')}\r\n\r\n`;
const JSON_TYPE = 'Content-Type: application/json';

test.each([
  ['what is no HTTP', '\u0016\u0003\u0001\u0002\u0000', 400],
  ['no Host in HTTP/1.1', request('GET /healthz HTTP/1.1'), 400],
  ['no Host in HTTP/1.0', request('GET /healthz HTTP/1.0'), 200],
  ['a Host that is none', request('GET /healthz HTTP/1.1', 'Host: a b'), 200],
  ['half an IPv6 Host', request('GET /healthz HTTP/1.1', 'Host: [::1'), 200],
  [
    'half an IPv6 Host for a WebSocket',
    request('GET /socket/websocket?vsn=2.0.0 HTTP/1.1', 'Host: [::1'),
    403,
  ],
  ['half an IPv6 Host for a poll', request('GET /socket/longpoll?vsn=2.0.0 HTTP/1.1', 'Host: [::1'), 403],
  ['another host in the path', request('GET http://evil/healthz HTTP/1.1', 'Host: x'), 200],
  ['a way out of the root', request('GET /../../etc/passwd HTTP/1.1', 'Host: x'), 404],
  ['a header of 200 KB', request('GET /healthz HTTP/1.1', 'Host: x', `X: ${'a'.repeat(200_000)}`), 431],
  ['500 headers', request('GET /healthz HTTP/1.1', 'Host: x', ...Array(500).fill('X: a')), 431],
  ['a path of 100 KB', request(`GET /${'a'.repeat(100_000)} HTTP/1.1`, 'Host: x'), 431],
  [
    'two lengths',
    request('POST /auth/login HTTP/1.1', 'Host: x', JSON_TYPE, 'Content-Length: 2', 'Content-Length: 9'),
    400,
  ],
  [
    'a length and chunks',
    request('POST /auth/login HTTP/1.1', 'Host: x', 'Content-Length: 2', 'Transfer-Encoding: chunked'),
    400,
  ],
  ['a length below zero', request('POST /auth/login HTTP/1.1', 'Host: x', 'Content-Length: -5'), 400],
  ['a length that is no number', request('POST /auth/login HTTP/1.1', 'Host: x', 'Content-Length: a'), 400],
  [
    'a length past every limit',
    request('POST /groups HTTP/1.1', 'Host: x', 'Content-Length: 99999999999'),
    413,
  ],
  [
    'a length past that of JSON',
    request('POST /auth/login HTTP/1.1', 'Host: x', JSON_TYPE, 'Content-Length: 300000'),
    413,
  ],
  [
    'chunks that are none',
    `${request('POST /auth/login HTTP/1.1', 'Host: x', JSON_TYPE, 'Transfer-Encoding: chunked')}ZZ\r\n{}\r\n`,
    400,
  ],
])('REST-10 on the wire, %s is answered', async (_name, bytes, status) => {
  using raw = new RawSocket(server);
  raw.send(Buffer.from(bytes, 'latin1'));
  expect(await raw.statusLine()).toStartWith(`HTTP/1.1 ${status} `);
  expect(raw.text).not.toContain('apps/server');
});

test('REST-10 a method that there is not ends the connection', async () => {
  using raw = new RawSocket(server);
  raw.send(request('FOO /healthz HTTP/1.1', 'Host: x'));
  await until(() => raw.closed || raw.text !== '', { what: 'the end' });
  expect(raw.text).not.toContain('200');
});

test('REST-10 a request hidden behind another’s body is none', async () => {
  using raw = new RawSocket(server);
  const hidden = request('GET /healthz HTTP/1.1', 'Host: x');
  const length = `Content-Length: ${hidden.length}`;
  raw.send(`${request('POST /auth/login HTTP/1.1', 'Host: x', JSON_TYPE, length)}${hidden}`);
  await raw.statusLine();
  raw.send(request('GET /readyz HTTP/1.1', 'Host: x', 'Connection: close'));
  await until(() => raw.text.includes('"ready"'), { what: 'the second answer' });
  expect(raw.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200']);
});

test('REST-10 bodies that break off are no errors of the node', async () => {
  for (const path of ['/auth/login', `/socket/longpoll?vsn=2.0.0&token=${alice.tokens.access_token}`]) {
    const raw = new RawSocket(server);
    await raw.sent(`${request(`POST ${path} HTTP/1.1`, 'Host: x', JSON_TYPE, 'Content-Length: 200')}{`);
    raw[Symbol.dispose]();
  }
  using whole = new RawSocket(server);
  whole.send(request('GET /healthz HTTP/1.1', 'Host: x'));
  expect(await whole.statusLine()).toStartWith('HTTP/1.1 200');
});

test('WS-3 three hundred half-open upgrades disturb nobody', async () => {
  // One person may have 64 connections.
  const people = [alice, ...(await Promise.all(['carol', 'dora'].map((name) => createPerson(server, name))))];
  const halves = Array.from({ length: 300 }, (_, n) => {
    const raw = new RawSocket(server);
    const token = people[Math.floor(n / 3) % people.length]?.tokens.access_token ?? '';
    // A third breaks off in the request, a third lacks the key, a third goes silent as a WebSocket.
    if (n % 3 === 0) raw.send(`GET /socket/websocket?vsn=2.0.0&token=${token} HTTP/1.1\r\nHost: x\r\nUpgr`);
    else if (n % 3 === 1)
      raw.send(
        request(
          `GET /socket/websocket?vsn=2.0.0&token=${token} HTTP/1.1`,
          'Host: x',
          'Connection: Upgrade',
          'Upgrade: websocket',
        ),
      );
    else void raw.upgrade(token);
    return raw;
  });
  await until(
    () => halves.filter((raw, n) => n % 3 === 1 && raw.text.startsWith('HTTP/1.1 426')).length === 100,
    {
      what: 'upgrades without a key to be refused',
    },
  );
  using clients = new Clients();
  const group = await createGroup(bob);
  const channel = clients.connect(server, bob.tokens.access_token).channel(`group:${group.id}`);
  await ok(channel.join());
  await ok(channel.push('message', { type: 'text', content: { text: 'all well' } }));
  for (const raw of halves) raw[Symbol.dispose]();
});
