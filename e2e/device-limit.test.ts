import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { LIMITS, type SessionObject } from '@tpx/protocol';
import { createPerson, hasNats, type Person, TEST_PASSWORD, until } from '@tpx/testkit';
import { Cluster } from './cluster.fixture.ts';
import { Clients, ok } from './phoenix-client.fixture.ts';

describe.skipIf(!hasNats)('a device that is connected to one node', () => {
  let cluster: Cluster;
  let clients: Clients;
  beforeAll(async () => {
    cluster = await Cluster.start(2);
    clients = new Clients();
  });
  afterAll(async () => {
    clients?.[Symbol.dispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  test('AUTH-8 is not put out by more sign-ins than the limit on another node', async () => {
    const person = await createPerson(cluster.node(1), 'busy');
    const closed: string[] = [];
    const socket = clients.connect(cluster.node(1), person.tokens.access_token);
    const user = socket.channel(`user:${person.user.id}`);
    user.on('session_revoked', () => closed.push('session_revoked'));
    await ok(user.join());
    for (let n = 0; n < LIMITS.devicesPerUser + 5; n++) await signIn(cluster.node(0), person);
    const { status, body } = await person.api.call<{ sessions: SessionObject[] }>('GET', '/auth/sessions');
    expect(status).toBe(200);
    const { sessions } = body;
    expect(sessions).toHaveLength(LIMITS.devicesPerUser);
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    expect(closed).toEqual([]);
    expect(socket.isConnected()).toBe(true);
  }, 60_000);

  test('AUTH-8 a device that called is not put out by devices that only signed in', async () => {
    const node = cluster.node(0);
    const person = await createPerson(node, 'calling');
    const calling = await signIn(node, person);
    expect(await call(node, calling)).toBe(200);
    for (let n = 0; n < LIMITS.devicesPerUser + 5; n++) await signIn(node, person);
    expect(await call(node, calling)).toBe(200);
  }, 60_000);

  test('AUTH-8 a device whose connection ended late was used later than one that called before that', async () => {
    const node = cluster.node(0);
    const person = await createPerson(node, 'leaving');
    const socket = clients.connect(node, person.tokens.access_token);
    await ok(socket.channel(`user:${person.user.id}`).join());
    // Figures may be a second old: those of before the connection must not pass for those of after.
    await until(async () => (await connectionsOf(node)) === 1, { what: 'the connection' });
    const earlier = await signIn(node, person);
    expect(await call(node, earlier)).toBe(200);
    await new Promise<void>((resolve) => socket.disconnect(resolve));
    await until(async () => (await connectionsOf(node)) === 0, { what: 'the end of the connection' });
    for (let n = 2; n < LIMITS.devicesPerUser; n++)
      expect(await call(node, await signIn(node, person))).toBe(200);
    await signIn(node, person);
    expect(await call(node, earlier)).toBe(401);
    expect((await person.api.call('GET', '/users/me')).status).toBe(200);
  }, 60_000);
});

async function connectionsOf({ url }: Place): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tpx_connections\S* (\d+)$/m.exec(text)?.[1]);
}

type Place = { url: string };

/** The access token of a new device. */
async function signIn({ url }: Place, { user }: Person): Promise<string> {
  const answer = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: user.username, password: TEST_PASSWORD }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function call({ url }: Place, token: string): Promise<number> {
  return (await fetch(`${url}/users/me`, { headers: { authorization: `Bearer ${token}` } })).status;
}
