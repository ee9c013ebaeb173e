import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { ConversationJoined, MessageObject } from '@tpx/protocol';
import { createDm, createGroup, createPerson, hasNats, type Person, signInAgain, until } from '@tpx/testkit';
import type { Channel } from 'phoenix';
import { Cluster } from './cluster.fixture.ts';
import { Clients, Heard, ok } from './phoenix-client.fixture.ts';

type Sent = { message: MessageObject };

const EVENTS = ['message', 'edited', 'deleted', 'reaction', 'typing', 'ping', 'receipts'];
const text = (text: string) => ({ type: 'text', content: { text } });

describe.skipIf(!hasNats)('two nodes', () => {
  let cluster: Cluster;
  let clients: Clients;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    cluster = await Cluster.start(2);
    clients = new Clients();
    [alice, bob] = await Promise.all([
      createPerson(cluster.node(0), 'alice'),
      createPerson(cluster.node(1), 'bob'),
    ]);
  });
  afterAll(async () => {
    clients?.[Symbol.dispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  /** The official client of somebody on one node, in a conversation. */
  async function enter(
    node: number,
    person: Person,
    topic: string,
  ): Promise<{ channel: Channel; heard: Heard }> {
    const channel = clients.connect(cluster.node(node), person.tokens.access_token).channel(topic);
    const heard = new Heard(channel, EVENTS);
    await ok<ConversationJoined>(channel.join());
    return { channel, heard };
  }

  async function hearUser(node: number, person: Person): Promise<Heard> {
    const channel = clients
      .connect(cluster.node(node), person.tokens.access_token)
      .channel(`user:${person.user.id}`);
    const heard = new Heard(channel, ['conversation_added', 'conversation_removed', 'ping', 'read_marker']);
    await ok(channel.join());
    return heard;
  }

  test('CLU-3 the whole log reaches readers on the other node, in order, each event once', async () => {
    const group = await createGroup(alice, [bob]);
    const a = await enter(0, alice, `group:${group.id}`);
    const b = await enter(1, bob, `group:${group.id}`);
    const sends = Array.from({ length: 40 }, (_, n) =>
      ok<Sent>((n % 2 ? a : b).channel.push('message', text(`message ${n}`))),
    );
    const [first, second] = await Promise.all(sends);
    if (!first || !second) throw new Error('Nothing was sent.');
    // Even ones are Bob's.
    await ok(b.channel.push('edit', { id: first.message.id, content: { text: 'better' } }));
    await ok(a.channel.push('react', { id: first.message.id, emoji: '👍', on: true }));
    await ok(a.channel.push('delete', { id: second.message.id }));
    for (const { heard } of [a, b]) await heard.next('deleted');
    const seqs = (heard: Heard) => heard.all.map(({ payload }) => (payload as { seq: number }).seq);
    const from = Math.min(...seqs(a.heard));
    expect(seqs(a.heard)).toEqual(Array.from({ length: 43 }, (_, n) => from + n));
    expect(b.heard.all).toEqual(a.heard.all);
  });

  test('CLU-3 what is sent by REST on one node reaches readers on the other', async () => {
    const group = await createGroup(alice, [bob]);
    const b = await enter(1, bob, `group:${group.id}`);
    const { status } = await alice.api.call('POST', '/messages/send', {
      group_id: group.id,
      ...text('by REST'),
    });
    expect(status).toBe(201);
    const { message } = await b.heard.next<Sent>('message');
    expect(message.content).toEqual({ text: 'by REST' });
  });

  test('CLU-4 typing, a ping and receipts cross, and typing not to its sender', async () => {
    const group = await createGroup(alice, [bob]);
    const a = await enter(0, alice, `group:${group.id}`);
    const b = await enter(1, bob, `group:${group.id}`);
    await ok(a.channel.push('typing', { on: true }));
    expect(await b.heard.next('typing')).toEqual({ user_id: alice.user.id, on: true });
    await ok(a.channel.push('typing', { on: false }));
    expect(await b.heard.next('typing', ({ on }) => on === false)).toEqual({
      user_id: alice.user.id,
      on: false,
    });
    await ok(a.channel.push('ping', {}));
    expect(await b.heard.next('ping')).toEqual({ user_id: alice.user.id });
    const { message } = await ok<Sent>(a.channel.push('message', text('read me')));
    await b.heard.next('message');
    await ok(b.channel.push('read', { seq: message.seq }));
    const { receipts } = await a.heard.next<{ receipts: object[] }>('receipts');
    expect(receipts).toEqual([{ user_id: bob.user.id, delivered_seq: message.seq, read_seq: message.seq }]);
    expect(a.heard.of('typing')).toEqual([]);
  });

  test('CLU-6 what is for one person reaches all their devices, whichever node they are on', async () => {
    const bobElsewhere = await signInAgain(cluster.node(0), bob);
    const here = await hearUser(1, bob);
    const there = await hearUser(0, bobElsewhere);
    const dm = await createDm(alice, bob);
    for (const heard of [here, there]) {
      const { conversation } = await heard.next<{ conversation: { id: string } }>('conversation_added');
      expect(conversation.id).toBe(dm.id);
    }
    const a = await enter(0, alice, `dm:${dm.id}`);
    const b = await enter(1, bob, `dm:${dm.id}`);
    await ok(a.channel.push('ping', {}));
    for (const heard of [here, there])
      expect(await heard.next('ping')).toEqual({ user_id: alice.user.id, topic: `dm:${dm.id}` });
    const { message } = await ok<Sent>(a.channel.push('message', text('hello')));
    await b.heard.next('message');
    await ok(b.channel.push('read', { seq: message.seq }));
    for (const heard of [here, there])
      expect(await heard.next('read_marker')).toEqual({ topic: `dm:${dm.id}`, read_seq: message.seq });
  });

  test('CLU-5 whoever joins on a node while others send on another misses nothing and gets nothing twice', async () => {
    const group = await createGroup(alice, [bob]);
    const a = await enter(0, alice, `group:${group.id}`);
    let last = 0;
    let sending = true;
    const sender = (async () => {
      while (sending)
        ({ seq: last } = (await ok<Sent>(a.channel.push('message', text('on and on')))).message);
    })();
    await until(() => last > 20, { what: 'messages to flow' });
    const readers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const channel = clients
          .connect(cluster.node(1), bob.tokens.access_token)
          .channel(`group:${group.id}`, { last_seq: last });
        const heard = new Heard(channel, EVENTS);
        const { events } = await ok<ConversationJoined>(channel.join());
        return { from: events[0]?.seq, joined: events.map(({ seq }) => seq), heard };
      }),
    );
    const until20 = last + 20;
    await until(() => last > until20, { what: 'more messages' });
    sending = false;
    await sender;
    for (const { joined, heard } of readers) {
      const seqs = () => [...joined, ...heard.of<{ seq: number }>('message').map(({ seq }) => seq)];
      await until(() => seqs().at(-1) === last, { what: 'the last message' });
      const [first = 0] = seqs();
      expect(seqs()).toEqual(Array.from({ length: last - first + 1 }, (_, n) => first + n));
    }
  });
});
