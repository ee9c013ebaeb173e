import { expect, test } from 'bun:test';
import { createGroup, until } from '@tpx/testkit';
import { clientsOfEachTest, joined } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();
const [alice] = await people(server, 'alice');
const clients = clientsOfEachTest();

test('WS-3 the token may come as authToken', async () => {
  const group = await createGroup(alice);
  const socket = clients.connect(server, '', { params: {}, authToken: alice.tokens.access_token });
  const { response } = await joined(socket, `group:${group.id}`);
  expect(response.conversation.id).toBe(group.id);
});

test.each([
  ['a bad token', 403, 'vsn=2.0.0&token=nonsense'],
  ['no token', 403, 'vsn=2.0.0'],
  ['another version', 400, 'vsn=1.0.0&token=TOKEN'],
  ['no version', 400, 'token=TOKEN'],
])('WS-3 REST-4 %s is refused at the upgrade with %d', async (_name, status, query) => {
  const url = `${server.url}/socket/websocket?${query.replace('TOKEN', alice.tokens.access_token)}`;
  const answer = await fetch(url, {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(((await answer.json()) as { error: { message: string } }).error.message).toMatch(/\.$|without\.$/);
});

test('WS-3 the official client with a bad token keeps trying and never opens', async () => {
  const socket = clients.connect(server, 'nonsense');
  let errors = 0;
  socket.onError(() => errors++);
  await until(() => errors >= 3, { what: 'three refused connections' });
  expect(socket.isConnected()).toBe(false);
});
