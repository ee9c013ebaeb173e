import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { DmObject, MessageObject, ReceiptObject, UserObject } from '@tpx/protocol';
import { createDm, createGroup, createPerson, hasNats, type Person, startServer, until } from '@tpx/testkit';
import type { Channel, Socket } from 'phoenix';
import { Cluster } from './cluster.fixture.ts';
import { Clients, Heard, joined, ok, outcomeOf, text } from './phoenix-client.fixture.ts';

type Place = { url: string };
type Receipts = { delivered: number; read: number; of: number; members: ReceiptObject[] };
type Seen = { user_id: string; receipts?: { user_id: string }[] };

/** Bob blocks Ann; Carol is there to show that everybody else goes on hearing of Bob. Ann may be on another node. */
function blockingIsSilence(
  where: string,
  start: () => Promise<{ nodes: [Place, Place]; stop(): Promise<unknown> }>,
) {
  describe(where, () => {
    let nodes: [Place, Place];
    let stop: () => Promise<unknown>;
    const clients = new Clients();
    let ann: Person;
    let bob: Person;
    let carol: Person;
    let dm: DmObject;
    let annsDm: Channel;
    beforeAll(async () => {
      ({ nodes, stop } = await start());
      [ann, bob, carol] = await Promise.all([
        createPerson(nodes[1], 'ann'),
        createPerson(nodes[0], 'bob'),
        createPerson(nodes[0], 'carol'),
      ]);
      dm = await createDm(ann, bob);
      annsDm = (await enter(ann, nodes[1], `dm:${dm.id}`)).channel;
    }, 90_000);
    afterAll(async () => {
      clients[Symbol.dispose]();
      await stop();
    }, 60_000);

    const enter = async (person: Person, node: Place, topic: string) => {
      const socket: Socket = clients.connectAs(node, person);
      return { socket, ...(await joined(socket, topic)) };
    };
    /** Everything that Bob does without writing. */
    async function stir(channel: Channel, seq: number) {
      await ok(channel.push('typing', { on: true }));
      await ok(channel.push('typing', { on: false }));
      await ok(channel.push('ping', {}));
      await ok(channel.push('delivered', { seq }));
      await ok(channel.push('read', { seq }));
    }
    const idsIn = ({ all }: Heard) =>
      all
        .filter(({ event }) => ['typing', 'ping', 'receipts'].includes(event))
        .flatMap(({ payload }) => {
          const { user_id, receipts } = payload as Seen;
          return receipts?.map((one) => one.user_id) ?? [user_id];
        });
    /** Until Ann's node knows it, too. */
    async function block(on: boolean) {
      await bob.api.call(on ? 'PUT' : 'DELETE', `/users/${ann.user.id}/block`);
      await until(
        async () => (await outcomeOf(annsDm.push('typing', { on: false }))).status === (on ? 'error' : 'ok'),
        {
          what: `a block that is ${on}`,
        },
      );
    }
    const send = async (channel: Channel) =>
      (await ok<{ message: MessageObject }>(channel.push('message', text('hello')))).message;

    test('SIG-4 a DM: whom somebody blocks hears nothing of their typing, marks and pings', async () => {
      const topic = `dm:${dm.id}`;
      const [atAnn, atBob, other] = [
        await enter(ann, nodes[1], topic),
        await enter(bob, nodes[0], topic),
        await enter(bob, nodes[0], topic),
      ];
      const own = atAnn.socket.channel(`user:${ann.user.id}`);
      const pings = new Heard(own, ['ping']);
      await ok(own.join());
      const { id, seq } = await send(atAnn.channel);
      await block(true);
      await stir(atBob.channel, seq);
      await other.heard.next<{ receipts: { user_id: string }[] }>('receipts');
      // The log goes on for both: what comes after all of it is the end of the wait.
      const after = await send(atBob.channel);
      await atAnn.heard.next<{ seq: number }>('message', (heard) => heard.seq === after.seq);
      expect(idsIn(atAnn.heard)).not.toContain(bob.user.id);
      expect(pings.all).toEqual([]);
      const answer = await ann.api.call<Receipts>('GET', `/messages/${id}/receipts`);
      expect(answer.body).toMatchObject({ delivered: 0, read: 0, of: 1, members: [] });

      await block(false);
      await ok(atBob.channel.push('typing', { on: true }));
      await atAnn.heard.next<Seen>('typing', ({ user_id }) => user_id === bob.user.id);
      const later = await ann.api.call<Receipts>('GET', `/messages/${id}/receipts`);
      expect(later.body).toMatchObject({ delivered: 1, read: 1, of: 1 });
    }, 30_000);

    test('SIG-4 a group: the blocked receive signals of all others, and all others those of the blocker', async () => {
      const group = await createGroup(bob, [ann, carol]);
      const topic = `group:${group.id}`;
      const [atAnn, atBob, atCarol] = [
        await enter(ann, nodes[1], topic),
        await enter(bob, nodes[0], topic),
        await enter(carol, nodes[0], topic),
      ];
      await block(true);
      const { id, seq } = await send(atAnn.channel);
      await Promise.all([stir(atBob.channel, seq), stir(atCarol.channel, seq)]);
      const of = (heard: Heard, event: string, who: Person) =>
        until(
          () =>
            heard
              .of<Seen>(event)
              .some((one) => idsIn({ all: [{ event, payload: one }] } as Heard).includes(who.user.id)),
          {
            what: `${event} of ${who.user.username}`,
          },
        );
      for (const event of ['typing', 'ping', 'receipts']) {
        await of(atCarol.heard, event, bob);
        await of(atAnn.heard, event, carol);
      }
      expect(idsIn(atAnn.heard)).not.toContain(bob.user.id);
      // Still a reader of everything else.
      const after = await send(atBob.channel);
      await atAnn.heard.next<{ seq: number }>('message', (heard) => heard.seq === after.seq);
      // Marks are stored a second of them at a time.
      const answer = await until(
        async () => {
          const receipts = await ann.api.call<Receipts>('GET', `/messages/${id}/receipts`);
          return receipts.body.read > 0 ? receipts : undefined;
        },
        { what: 'the marks to be stored' },
      );
      expect(answer.body.members.map(({ user_id }) => user_id)).toEqual([carol.user.id]);
      expect(answer.body).toMatchObject({ delivered: 1, read: 1, of: 2 });
      const online = await ann.api.call<{ members: { user: UserObject }[] }>(
        'GET',
        `/groups/${group.id}/members?online=true`,
      );
      expect(online.body.members.map(({ user }) => user.id)).not.toContain(bob.user.id);
      await block(false);
    }, 30_000);

    test('ACC-6 the blocked cannot tell that the status changed, nor when', async () => {
      await block(true);
      const look = async () =>
        (await ann.api.call<{ user: UserObject }>('GET', `/users/${bob.user.id}`)).body.user;
      const before = await look();
      await bob.api.call('PATCH', '/users/me', { status: { state: 'custom', text: 'secret' } });
      expect(await look()).toEqual(before);
      expect(before.status).toEqual({ state: 'offline', text: '' });
      await block(false);
      expect((await look()).status.text).toBe('secret');
    });
  });
}

blockingIsSilence('on one node', async () => {
  const server = await startServer();
  return { nodes: [server, server], stop: () => server[Symbol.asyncDispose]() };
});

if (hasNats)
  blockingIsSilence('across nodes', async () => {
    const cluster = await Cluster.start(2);
    return { nodes: [cluster.node(0), cluster.node(1)], stop: () => cluster[Symbol.asyncDispose]() };
  });
