import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import type { GroupObject } from '@tpx/protocol';
import { createGroup, createPerson, hasNats, type Person, signInAgain, until } from '@tpx/testkit';
import { type Channel, Presence, type Socket } from 'phoenix';
import { Cluster } from './cluster.fixture.ts';
import { Clients, ok } from './phoenix-client.fixture.ts';

/** A member with the official client and its Presence. */
type Watcher = { socket: Socket; channel: Channel; presence: Presence };

describe.skipIf(!hasNats)('presence over three nodes', () => {
  let cluster: Cluster;
  let clients: Clients;
  let people: Person[];
  beforeAll(async () => {
    cluster = await Cluster.start(3);
    people = await Promise.all(
      ['alice', 'bob', 'carol', 'dave'].map((name) => createPerson(cluster.node(0), name)),
    );
    clients = new Clients();
  });
  afterEach(() => clients[Symbol.dispose]());
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const person = (index: number) => people[index] as Person;
  const group = () => createGroup(person(0), people.slice(1));

  async function enter(node: number, who: Person, { id }: GroupObject): Promise<Watcher> {
    const socket = clients.connect(cluster.node(node), who.tokens.access_token);
    const channel = socket.channel(`group:${id}`);
    const presence = new Presence(channel);
    await ok(channel.join());
    return { socket, channel, presence };
  }

  /** User ids with the refs of their devices. */
  const listOf = ({ presence }: Watcher) =>
    Object.fromEntries(
      presence
        .list((id, { metas }) => [id, metas.map(({ phx_ref }) => phx_ref).sort()] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  const seesExactly = (watcher: Watcher, ...who: Person[]) =>
    until(() => Bun.deepEquals(Object.keys(listOf(watcher)), who.map(({ user }) => user.id).sort()), {
      what: `exactly ${who.map(({ username }) => username)} to be seen`,
    });

  test('CLU-12 everybody sees the same list, device by device, whichever node they are on', async () => {
    const room = await group();
    const again = await signInAgain(cluster.node(0), person(0));
    const watchers = await Promise.all([
      enter(0, person(0), room),
      enter(1, again, room),
      enter(1, person(1), room),
      enter(2, person(2), room),
    ]);
    const present = [person(0), person(1), person(2)];
    for (const watcher of watchers) await seesExactly(watcher, ...present);
    const alice = () => watchers.map((watcher) => listOf(watcher)[person(0).user.id] ?? []);
    await until(() => alice().every((refs) => refs.length === 2), {
      what: 'both devices to be seen everywhere',
    });
    const [first] = watchers.map(listOf);
    expect(watchers.map(listOf)).toEqual(watchers.map(() => first ?? {}));
    // Leaving a topic shows at once, everywhere.
    await ok(watchers[3]?.channel.leave() ?? fail());
    for (const watcher of watchers.slice(0, 3)) await seesExactly(watcher, person(0), person(1));
  });

  test('CLU-13 whoever joins first on a node gets the people of the others with the first list', async () => {
    const room = await group();
    const a = await enter(0, person(0), room);
    await enter(1, person(1), room);
    await seesExactly(a, person(0), person(1));
    const c = await enter(2, person(2), room);
    const joined: string[] = [];
    c.presence.onJoin((id) => joined.push(id));
    await seesExactly(c, person(0), person(1), person(2));
    const { body } = await person(3).api.call<{ members: { user: { id: string } }[] }>(
      'GET',
      `/groups/${room.id}/members?online=true`,
    );
    expect(body.members.map(({ user }) => user.id).sort()).toEqual(
      [person(0), person(1), person(2)].map(({ user }) => user.id).sort(),
    );
  });

  test('CLU-9 the people of a node that is killed are gone within 10 s, and back with it', async () => {
    const room = await group();
    const a = await enter(0, person(0), room);
    const b = await enter(1, person(1), room);
    const c = await enter(2, person(2), room);
    await seesExactly(a, person(0), person(1), person(2));
    await cluster.node(2).kill();
    await seesExactly(a, person(0), person(1));
    await seesExactly(b, person(0), person(1));
    await cluster.node(2).start();
    for (const watcher of [a, b, c]) await seesExactly(watcher, person(0), person(1), person(2));
  });

  test('CLU-12 a node that was cut off from NATS shows and is shown as before once it is back', async () => {
    const room = await group();
    const a = await enter(0, person(0), room);
    const c = await enter(2, person(2), room);
    await seesExactly(a, person(0), person(2));
    await cluster.nats.stop();
    // Comes and goes while the nodes do not hear each other.
    const b = await enter(2, person(1), room);
    await ok(c.channel.leave());
    await cluster.nats.start();
    for (const watcher of [a, b]) await seesExactly(watcher, person(0), person(1));
  });
});

function fail(): never {
  throw new Error('There is no such watcher.');
}
