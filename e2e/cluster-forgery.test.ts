import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { GroupObject, MessageObject } from '@tpx/protocol';
import { SigningKeys } from '@tpx/server/accounts/signing-keys.ts';
import { AuthenticatedBus } from '@tpx/server/cluster/authenticated-bus.ts';
import { BusKeys } from '@tpx/server/cluster/bus-keys.ts';
import { clusterName } from '@tpx/server/cluster/cluster-name.ts';
import { NatsBus } from '@tpx/server/cluster/nats-bus.ts';
import { nameAtPostgres } from '@tpx/server/cluster/nodes-at-postgres.ts';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import type { Database } from '@tpx/server/db/database.ts';
import { createGroup, hasNats, type Person, until } from '@tpx/testkit';
import { Cluster, metric } from './cluster.fixture.ts';
import { claimsOf } from './inside.fixture.ts';
import { Clients, joined, ok, text } from './phoenix-client.fixture.ts';
import { people } from './server.fixture.ts';

/** How subjects begin, of nodes that do not authenticate their lines as well. */
const FORMATS = ['tpx', 'tpx2'];
const SUBJECTS = ['changes', 'users', 'nodes', 'presence'];

describe.skipIf(!hasNats)('somebody reaches the NATS of a cluster', () => {
  let cluster: Cluster;
  let clients: Clients;
  let database: Database;
  let alice: Person;
  let bob: Person;
  let group: GroupObject;
  const buses: NatsBus[] = [];
  /** Whatever was published on these subjects. */
  const recorded: { bus: NatsBus; subject: string; line: string }[] = [];

  beforeAll(async () => {
    cluster = await Cluster.start(2);
    clients = new Clients();
    database = openDatabase({ ...cluster.postgres.address, connections: 2, name: nameAtPostgres('insider') });
    [alice, bob] = await people(cluster.node(0), 'alice', 'bob');
    group = await createGroup(alice, [bob]);
    for (const format of FORMATS) {
      const prefix = `${format}.${await clusterName(database)}`;
      const bus = await NatsBus.open({
        url: cluster.nats.url,
        prefix,
        name: 'attacker',
        onTrouble: () => undefined,
      });
      for (const subject of [...SUBJECTS, `c.${group.id}`])
        bus.subscribe(subject, (line) => recorded.push({ bus, subject, line }));
      expect(await bus.confirm()).toBe(true);
      buses.push(bus);
    }
  });
  afterAll(async () => {
    clients?.[Symbol.dispose]();
    for (const bus of buses) await bus.close();
    await database?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  async function connectBoth() {
    const reader = clients.connectAs(cluster.node(1), bob);
    const closes: number[] = [];
    reader.onClose(({ code }) => closes.push(code));
    const b = await joined(reader, `group:${group.id}`);
    const a = await joined(clients.connectAs(cluster.node(0), alice), `group:${group.id}`);
    const send = async (words: string) =>
      (await ok<{ message: MessageObject }>(a.channel.push('message', text(words)))).message;
    const contents = () =>
      b.heard.of<{ message: MessageObject }>('message').map(({ message }) => message.content);
    return { b, send, contents, closes };
  }

  test('CLU-40 CLU-41 what they publish and play back reaches nobody and signs nobody out', async () => {
    const { b, send, contents, closes } = await connectBoth();
    const first = await send('first');
    await until(() => contents().length === 1, { what: 'the first message' });

    // The message that comes next, before it comes; and what signs out, bans and shows.
    const forged = { ...first, id: crypto.randomUUID(), seq: first.seq + 1, content: { text: 'forged' } };
    const payload = JSON.stringify({ seq: forged.seq, message: forged });
    const logged = `logged ${forged.seq} group message\n${payload}`;
    const { sid } = claimsOf(bob);
    const revoked = JSON.stringify({
      change: { type: 'session_revoked', sessionId: sid, userId: bob.user.id },
    });
    const deleted = JSON.stringify({
      change: { type: 'conversation_deleted', conversationId: group.id, kind: 'group' },
    });
    for (const bus of buses) {
      const heads = ['', ...recorded.map(({ line }) => `${line.split('\n')[0]}\n`)];
      for (const head of heads) {
        bus.publish(`c.${group.id}`, head + logged);
        bus.publish(`c.${group.id}`, `${head}signal typing\n{"user_id":"${alice.user.id}","on":true}`);
        bus.publish('changes', head + revoked);
        bus.publish('changes', head + deleted);
        bus.publish('users', `${head}${bob.user.id} session_revoked {"session_id":"${sid}"}`);
      }
      expect(await bus.confirm()).toBe(true);
    }
    await send('second');
    for (const { bus, subject, line } of [...recorded]) bus.publish(subject, line);
    for (const bus of buses) expect(await bus.confirm()).toBe(true);
    await send('third');
    await until(() => contents().length >= 3, { what: 'all true messages' });
    expect(contents()).toEqual(['first', 'second', 'third'].map((words) => ({ text: words })));
    expect([b.channel.state, closes, b.heard.of('typing')]).toEqual(['joined', [], []]);
    await until(async () => (await metric(cluster.node(1), 'tpx_bus_refused')) > 5, {
      what: 'the metric to count what was refused',
    });
  });

  test('CLU-42 what takes something away is read at PostgreSQL first, though a node of the cluster says so', async () => {
    const { b, send, contents, closes } = await connectBoth();
    const [, plain] = buses;
    if (!plain) throw new Error('There is no bus.');
    const keys = await SigningKeys.open(database, { warn: () => undefined });
    keys.close();
    // With the keys of the database, connected to it, and wrong: as a node on an old copy of the database might be.
    const insider = new AuthenticatedBus({
      bus: plain,
      nodeId: 'insider',
      keys: new BusKeys(keys),
      alive: async () => [],
      onTrouble: () => undefined,
    });
    const userId = bob.user.id;
    const place = { conversationId: group.id, kind: 'group' };
    const untrue = [
      { type: 'session_revoked', sessionId: claimsOf(bob).sid, userId },
      { type: 'user_deleted', userId },
      { type: 'standing', ...place, userId, standing: 'banned', reason: 'banned' },
      { type: 'conversation_deleted', ...place },
    ];
    for (const change of untrue) insider.publish('changes', JSON.stringify({ change }));
    const trimmed = { type: 'log_trimmed', conversationId: group.id, firstSeq: 1_000 };
    insider.publish(`c.${group.id}`, `changed\n${JSON.stringify({ change: trimmed })}`);
    // Proof that the node listens to it.
    insider.publish(`c.${group.id}`, `signal typing\n{"user_id":"${alice.user.id}","on":true}`);
    await b.heard.next('typing');
    const { seq } = await send('still here');
    await until(() => contents().length > 0, { what: 'the message' });
    const page = await bob.api.call<{ messages: MessageObject[] }>('GET', `/groups/${group.id}/messages`);
    expect(page.body.messages.at(-1)?.seq).toBe(seq);
    expect([b.channel.state, closes]).toEqual(['joined', []]);

    await bob.api.call('DELETE', `/auth/sessions/${claimsOf(bob).sid}`);
    await until(() => closes.length > 0, { what: 'the true revocation' });
    expect(closes[0]).toBe(4403);
  });
});
