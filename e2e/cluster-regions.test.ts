import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import type { ConversationJoined, MessageObject } from '@tpx/protocol';
import { createGroup, createPerson, hasNats, type Person, until } from '@tpx/testkit';
import { Presence } from 'phoenix';
import { Cluster, metric, readiness } from './cluster.fixture.ts';
import { Traffic } from './cluster-traffic.fixture.ts';
import { NatsRegions } from './nats-regions.fixture.ts';
import { Clients, Heard, ok, text } from './phoenix-client.fixture.ts';

type Sent = { message: MessageObject };

describe.skipIf(!hasNats)('a node in each of two datacenters', () => {
  let regions: NatsRegions;
  let cluster: Cluster;
  let clients: Clients;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    regions = await NatsRegions.start();
    cluster = await Cluster.start(2, regions.servers);
    clients = new Clients();
    [alice, bob] = await Promise.all([
      createPerson(cluster.node(0), 'alice'),
      createPerson(cluster.node(1), 'bob'),
    ]);
  }, 90_000);
  afterEach(() => clients[Symbol.dispose]());
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await regions?.[Symbol.asyncDispose]();
  });

  /** The official client of somebody in a group, on one side. */
  async function enter(side: number, person: Person, groupId: string) {
    const channel = clients
      .connectAs(cluster.node(side), person)
      .channel(`group:${groupId}`, () => ({ last_seq: heard.of<{ seq: number }>('message').at(-1)?.seq }));
    const heard = new Heard(channel, ['message', 'typing', 'receipts']);
    const presence = new Presence(channel);
    await ok<ConversationJoined>(channel.join());
    return { channel, heard, sees: () => presence.list((id) => id).sort() };
  }

  const both = () => [alice.user.id, bob.user.id].sort();
  const seesExactly = (sees: () => string[], ids: string[]) =>
    until(() => Bun.deepEquals(sees(), ids), { what: `exactly ${ids} to be seen`, timeoutMs: 15_000 });
  /** Something has gone over the gateway and something has come back since this was called. */
  async function crosses(): Promise<void> {
    const group = await createGroup(alice, [bob]);
    const [a, b] = [await enter(0, alice, group.id), await enter(1, bob, group.id)];
    for (const [from, to] of [[a, b] as const, [b, a] as const]) {
      const { message } = await ok<Sent>(from.channel.push('message', text('across')));
      await to.heard.next<{ seq: number }>('message', ({ seq }) => seq === message.seq);
    }
  }

  /** How many live on the other side that a side does not hear. */
  const unheard = (count: number) =>
    until(
      async () => {
        const told = cluster.nodes.map((node) => metric(node, 'tpx_cluster_unheard'));
        return (await Promise.all(told)).every((value) => value === count);
      },
      { what: `both sides to miss ${count}`, timeoutMs: 20_000, everyMs: 50 },
    );

  test('CLU-30 messages, marks, typing and presence cross the gateway', async () => {
    const group = await createGroup(alice, [bob]);
    const a = await enter(0, alice, group.id);
    const b = await enter(1, bob, group.id);
    for (const { sees } of [a, b]) await seesExactly(sees, both());
    await ok(a.channel.push('typing', { on: true }));
    expect(await b.heard.next('typing')).toEqual({ user_id: alice.user.id, on: true });
    const { message } = await ok<Sent>(a.channel.push('message', text('over there')));
    expect(await b.heard.next('message')).toMatchObject({ seq: message.seq });
    await ok(b.channel.push('read', { seq: message.seq }));
    expect(await a.heard.next('receipts')).toMatchObject({
      receipts: [{ user_id: bob.user.id, read_seq: message.seq }],
    });
  });

  test('CLU-31 while the link is cut each side gets what the other stores, and loses its people', async () => {
    const group = await createGroup(alice, [bob]);
    const a = await enter(0, alice, group.id);
    const b = await enter(1, bob, group.id);
    for (const { sees } of [a, b]) await seesExactly(sees, both());
    regions.cut();
    await unheard(1);
    // No side has lost its own NATS, so nothing but the other side's silence tells.
    for (const node of cluster.nodes) expect((await readiness(node)).parts.nats?.ok).toBe(true);
    await seesExactly(a.sees, [alice.user.id]);
    await seesExactly(b.sees, [bob.user.id]);
    // The last of a log each: no later message tells of it.
    for (const [from, to] of [[a, b] as const, [b, a] as const]) {
      const { message } = await ok<Sent>(from.channel.push('message', text('cut off')));
      await to.heard.next<{ seq: number }>('message', ({ seq }) => seq === message.seq);
    }
    regions.heal();
    await cluster.isWhole();
    await unheard(0);
    for (const { sees } of [a, b]) await seesExactly(sees, both());
  });

  test('CLU-31 every acknowledged message reaches both sides once and in order, cut and healed', async () => {
    const traffic = await Traffic.start(clients, cluster);
    regions.cut();
    await unheard(1);
    await traffic.flows();
    regions.heal();
    await cluster.isWhole();
    await traffic.flows();
    await traffic.endsWhole();
  });

  test('CLU-32 a message is found whose side did not know yet that somebody listens on the other', async () => {
    const [group, other] = [await createGroup(alice, [bob]), await createGroup(alice, [bob])];
    const a = await enter(0, alice, group.id);
    // Nobody listens there: the other side says so, and is sent no more of it until it says otherwise.
    await ok(a.channel.push('message', text('to nobody there')));
    await crosses();
    regions.cut();
    const b = await enter(1, bob, group.id);
    const { message } = await ok<Sent>(a.channel.push('message', text('too early')));
    // NATS confirms what a node begins to listen to, so it has dealt with all that this one published before.
    await enter(0, alice, other.id);
    // Shorter than anybody takes for silence: no beat is lost.
    regions.heal();
    await b.heard.next<{ seq: number }>('message', ({ seq }) => seq === message.seq);
  });
});
