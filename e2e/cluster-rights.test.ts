import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { GroupObject } from '@tpx/protocol';
import { createDm, createGroup, createPerson, hasNats, type Person, until } from '@tpx/testkit';
import type { Channel, Socket } from 'phoenix';
import { Cluster } from './cluster.fixture.ts';
import { claimsOf } from './inside.fixture.ts';
import { Clients, Heard, ok, outcomeOf, type Refused, refused } from './phoenix-client.fixture.ts';

const text = (text: string) => ({ type: 'text', content: { text } });

describe.skipIf(!hasNats)('what is decided on one node', () => {
  let cluster: Cluster;
  let clients: Clients;
  /** Acts on node 0; whoever it is about is connected to node 1. */
  let owner: Person;
  beforeAll(async () => {
    cluster = await Cluster.start(2);
    clients = new Clients();
    owner = await createPerson(cluster.node(0), 'owner');
  });
  afterAll(async () => {
    clients?.[Symbol.dispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  async function connect(person: Person, topic: string): Promise<{ channel: Channel; socket: Socket }> {
    const socket = clients.connect(cluster.node(1), person.tokens.access_token);
    const channel = socket.channel(topic);
    await ok(channel.join());
    return { channel, socket };
  }

  async function enterGroup(): Promise<{ member: Person; group: GroupObject; channel: Channel }> {
    const member = await createPerson(cluster.node(1), 'member');
    const group = await createGroup(owner, [member]);
    const { channel } = await connect(member, `group:${group.id}`);
    await ok(channel.push('message', text('I am here')));
    return { member, group, channel };
  }

  const isClosed = (channel: Channel) =>
    until(() => channel.state === 'closed', { what: 'the channel to be closed' });

  /** Waits until typing there is answered so: `ok`, or the code of its refusal. */
  const typingIs = (wanted: string, channel: Channel) =>
    until(
      async () => {
        const { status, response } = await outcomeOf(channel.push('typing', { on: true }));
        return (status === 'ok' ? 'ok' : (response as Refused).code) === wanted;
      },
      { what: `typing to be answered ${wanted}` },
    );

  const SCENARIOS = {
    async 'a kick closes the channel'() {
      const { member, group, channel } = await enterGroup();
      await owner.api.call('POST', `/groups/${group.id}/kick`, { user_id: member.user.id });
      await isClosed(channel);
    },
    async 'a ban closes the channel'() {
      const { member, group, channel } = await enterGroup();
      await owner.api.call('POST', `/groups/${group.id}/ban`, { user_id: member.user.id });
      await isClosed(channel);
    },
    async 'a group that is deleted closes for everybody'() {
      const { group, channel } = await enterGroup();
      await owner.api.call('DELETE', `/groups/${group.id}`);
      await isClosed(channel);
    },
    async 'a role counts from when it is given until it is taken away'() {
      const { member, group, channel } = await enterGroup();
      await owner.api.call('PATCH', `/groups/${group.id}`, { who_can_post: 'admins' });
      await typingIs('forbidden', channel);
      await owner.api.call('POST', `/groups/${group.id}/promote`, { user_id: member.user.id });
      await typingIs('ok', channel);
      await owner.api.call('POST', `/groups/${group.id}/demote`, { user_id: member.user.id });
      await typingIs('forbidden', channel);
      expect(await refused(channel.push('message', text('still?')))).toMatchObject({ code: 'forbidden' });
    },
    async 'who is blocked writes no more in the DM, and again when they are not'() {
      const other = await createPerson(cluster.node(1), 'other');
      const dm = await createDm(owner, other);
      const { channel } = await connect(other, `dm:${dm.id}`);
      await owner.api.call('PUT', `/users/${other.user.id}/block`);
      await typingIs('blocked', channel);
      await owner.api.call('DELETE', `/users/${other.user.id}/block`);
      await typingIs('ok', channel);
    },
    async 'a device that is signed out is disconnected, and its token refused'() {
      const person = await createPerson(cluster.node(0), 'person');
      const { socket } = await connect(person, `user:${person.user.id}`);
      const closed = new Promise<number>((resolve) => socket.onClose(({ code }) => resolve(code)));
      await person.api.call('DELETE', `/auth/sessions/${claimsOf(person).sid}`);
      expect(await closed).toBe(4403);
      socket.disconnect();
      const answer = await fetch(`${cluster.node(1).url}/users/me`, {
        headers: { authorization: `Bearer ${person.tokens.access_token}` },
      });
      expect(answer.status).toBe(401);
    },
    async 'whoever is brought into a group and taken out of it is told'() {
      const person = await createPerson(cluster.node(1), 'newcomer');
      const { channel } = await connect(person, `user:${person.user.id}`);
      const heard = new Heard(channel, ['conversation_added', 'conversation_removed']);
      const group = await createGroup(owner, [person]);
      const added = await heard.next<{ conversation: GroupObject }>('conversation_added');
      expect(added.conversation).toMatchObject({ id: group.id, role: 'user' });
      await owner.api.call('POST', `/groups/${group.id}/kick`, { user_id: person.user.id });
      const removed = await heard.next('conversation_removed');
      expect(removed).toEqual({ topic: `group:${group.id}`, reason: 'kicked' });
    },
    async 'an account that is deleted is disconnected'() {
      const person = await createPerson(cluster.node(0), 'leaver');
      const { socket } = await connect(person, `user:${person.user.id}`);
      const closed = new Promise<number>((resolve) => socket.onClose(({ code }) => resolve(code)));
      await person.api.call('DELETE', '/users/me', { password: person.password });
      expect(await closed).toBe(4403);
      socket.disconnect();
    },
  };

  test.each(Object.entries(SCENARIOS))('CLU-11 counts on the others: %s', (_name, scenario) => scenario());

  // All at once: each waits for the same looks at PostgreSQL.
  test('CLU-10 counts on one that is cut off from NATS, all of it', async () => {
    cluster.link(1).cut();
    await Promise.all(Object.values(SCENARIOS).map((scenario) => scenario()));
    cluster.link(1).heal();
  });
});
