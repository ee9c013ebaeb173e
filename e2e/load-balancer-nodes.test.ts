import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { MessageObject } from '@tpx/protocol';
import { Api, createGroup, createPerson, hasNats, type Person, until } from '@tpx/testkit';
import { BalancedClients } from './balanced-clients.fixture.ts';
import { Cluster, metric } from './cluster.fixture.ts';
import { Reader } from './cluster-traffic.fixture.ts';
import { BALANCERS, canStart, type LoadBalancer } from './load-balancer.fixture.ts';
import { ok, text } from './phoenix-client.fixture.ts';

describe.skipIf(!hasNats)('DEPLOY two nodes behind one name', () => {
  let cluster: Cluster;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    cluster = await Cluster.start(2);
    alice = await createPerson(cluster.node(0), 'alice');
    bob = await createPerson(cluster.node(0), 'bob');
  }, 90_000);
  afterAll(() => cluster?.[Symbol.asyncDispose](), 60_000);

  const connections = () => Promise.all(cluster.nodes.map((node) => metric(node, 'tpx_connections')));

  for (const { what, program, start } of BALANCERS) {
    describe.skipIf(!canStart(program))(`the real ${what}`, () => {
      let balancer: LoadBalancer;
      beforeAll(async () => {
        balancer = await start([cluster.node(0).url, cluster.node(1).url]);
      }, 30_000);
      afterAll(() => balancer?.[Symbol.asyncDispose]());

      test(`DEPLOY-3 ${what}: a long poll stays on its node where there are two`, async () => {
        const group = await createGroup(alice);
        using clients = new BalancedClients(balancer);
        const socket = clients.connect(alice, 'longpoll');
        let opened = 0;
        socket.onOpen(() => opened++);
        const channel = socket.channel(`group:${group.id}`);
        await ok(channel.join());
        for (let n = 0; n < 10; n++) await ok(channel.push('message', text(`by poll ${n}`)));
        // A poll at the other node would have been told to open a session anew.
        expect(opened).toBe(1);
      });

      test(`DEPLOY-7 ${what}: clients on two nodes talk; those of one that drains come back and miss nothing`, async () => {
        const group = await createGroup(alice, [bob]);
        using clients = new BalancedClients(balancer);
        const readers: Reader[] = [];
        await until(
          async () => {
            const person = readers.length % 2 ? bob : alice;
            const reader = new Reader(clients.connect(person), person.api, group.id);
            readers.push(reader);
            await until(() => reader.last >= group.last_seq, { what: 'the join' });
            return (await connections()).every((count) => count > 0);
          },
          { what: 'both nodes to have a client' },
        );
        const first = await Promise.all(
          readers.map(({ channel }) =>
            ok<{ message: MessageObject }>(channel.push('message', text('hello'))),
          ),
        );
        const spoken = Math.max(...first.map(({ message }) => message.seq));
        for (const reader of readers) await reader.isWhole(spoken);

        const api = new Api(cluster.node(1).url, bob.tokens.access_token);
        const send = async () => {
          const sent = await api.call<{ message: MessageObject }>('POST', '/messages/send', {
            group_id: group.id,
            ...text('meanwhile'),
          });
          return sent.body.message.seq;
        };
        let isDrained = false;
        const drained = cluster
          .node(0)
          .stop()
          .then(() => {
            isDrained = true;
          });
        while (!isDrained) await send();
        await drained;
        // Only a reader that is back can have it.
        const last = await send();
        for (const reader of readers) await reader.isWhole(last);
        await cluster.node(0).start();
        await cluster.isWhole();
      });
    });
  }
});
