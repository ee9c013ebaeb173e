import { afterEach, expect, test } from 'bun:test';
import type { GroupObject, MessageObject } from '@tpx/protocol';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import { createDm, createGroup, createPerson, type Person, until } from '@tpx/testkit';
import { databaseOf } from './inside.fixture.ts';
import { clientsOfEachTest, outcomeOf, text } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';
import { expectWell } from './well.fixture.ts';

const server = await serverOfThisFile();
const [alice, bob] = await people(server, 'alice', 'bob');
const clients = clientsOfEachTest();
afterEach(() => expectWell(server, alice));

const crowd = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => createPerson(server, `crowd${n}`)));
const send = (person: Person, to: object, words: string, clientId?: string) =>
  person.api.call<{ message: MessageObject }>('POST', '/messages/send', { ...to, ...text(words, clientId) });
const codeOf = ({ body }: { body: unknown }) =>
  (body as { error?: { code: string } } | null)?.error?.code ?? 'ok';

/** Rows that belong to a conversation which is gone. */
async function orphans(conversationId: string): Promise<Record<string, number>> {
  const database = openDatabase({ ...databaseOf(server), connections: 1 });
  try {
    const counts: Record<string, number> = {};
    for (const table of ['messages', 'changes', 'reactions', 'members', 'unread_mentions', 'pins']) {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM ${table} WHERE conversation_id = $1`,
        [conversationId],
      );
      if (row && row.count > 0) counts[table] = row.count;
    }
    return counts;
  } finally {
    await database.close();
  }
}

test('GRP-8 a group that is deleted while people come, write, react and read leaves nothing, and nobody stays in it', async () => {
  const many = await crowd(12);
  for (let round = 0; round < 5; round++) {
    const group = await createGroup(alice, many.slice(0, 8));
    const place = `/groups/${group.id}`;
    await alice.api.call('PATCH', place, { access: 'open' });
    const first = (await send(alice, { group_id: group.id }, `@${many[0]?.username} hello`)).body.message;
    const channels = many
      .slice(0, 6)
      .map((person) => clients.connectAs(server, person).channel(`group:${group.id}`));
    const joins = channels.map((channel) => outcomeOf(channel.join()));
    await joins[0];
    const busy = many.flatMap((person, n) => [
      person.api.call('POST', `${place}/join`, {}),
      send(person, { group_id: group.id }, `m${n} @${many[1]?.username}`),
      person.api.call('PATCH', `/messages/${first.id}`, { content: { text: 'edited' } }),
      person.api.call('GET', `${place}/messages`),
      person.api.call('GET', `${place}/events`),
      person.api.call('POST', `${place}/leave`, {}),
    ]);
    for (const channel of channels) {
      channel.push('message', text('by socket'));
      channel.push('react', { id: first.id, emoji: '👍', on: true });
    }
    const deleted = alice.api.call('DELETE', place);
    const answers = await Promise.all(busy);
    expect((await deleted).status).toBe(204);
    await Promise.all(joins);
    expect(answers.map(codeOf).filter((code) => code === 'internal' || code === 'unavailable')).toEqual([]);
    expect(await orphans(group.id)).toEqual({});
    expect(codeOf((await many[0]?.api.call('GET', `${place}/messages`)) ?? { body: {} })).toBe('not_found');
    await until(() => channels.every(({ state }) => state === 'closed' || state === 'errored'), {
      what: 'everybody to be out of the group',
    });
  }
}, 60_000);

test('GRP-10 an invite for three lets three in, however many come at once', async () => {
  const group = await createGroup(alice);
  const { body } = await alice.api.call<{ invite: { code: string } }>('POST', `/groups/${group.id}/invites`, {
    max_uses: 3,
  });
  const many = await crowd(12);
  const answers = await Promise.all(
    many.map((person) => person.api.call('POST', `/groups/${group.id}/join`, { invite: body.invite.code })),
  );
  const codes = answers.map(codeOf);
  expect(codes.filter((code) => code === 'ok')).toHaveLength(3);
  expect(codes.filter((code) => code === 'expired')).toHaveLength(9);
  const after = await alice.api.call<{ group: GroupObject }>('GET', `/groups/${group.id}`);
  expect(after.body.group.member_count).toBe(4);
});

test('MSG-1 a send that is repeated after its message was deleted gives the tombstone and takes no seq', async () => {
  const group = await createGroup(alice);
  const to = { group_id: group.id };
  const { message } = (await send(alice, to, 'once', 'c-1')).body;
  await alice.api.call('DELETE', `/messages/${message.id}`);
  const again = await send(alice, to, 'once', 'c-1');
  expect(again.status).toBe(200);
  expect(again.body.message).toMatchObject({
    id: message.id,
    seq: message.seq,
    deleted: true,
    content: null,
  });
  expect((await send(alice, to, 'next')).body.message.seq).toBe(message.seq + 2);
});

test('MSG-7 who was kicked finds nothing of the group any more', async () => {
  const group = await createGroup(alice, [bob]);
  const word = `w${crypto.randomUUID().slice(0, 8)}`;
  await send(alice, { group_id: group.id }, word);
  const search = () => bob.api.call<{ messages: MessageObject[] }>('GET', `/search?q=${word}`);
  expect((await search()).body.messages).toHaveLength(1);
  await alice.api.call('POST', `/groups/${group.id}/kick`, { user_id: bob.user.id });
  expect((await search()).body.messages).toEqual([]);
});

test('ACC-7 an account that is deleted while others write to it and add it is out of every group, and its DM is read on', async () => {
  for (let round = 0; round < 5; round++) {
    const leaver = await createPerson(server, 'leaver');
    const dm = await createDm(alice, leaver);
    const groups = await Promise.all(Array.from({ length: 4 }, () => createGroup(alice)));
    await alice.api.call('POST', `/groups/${groups[0]?.id}/add`, { user_id: leaver.user.id });
    const [removed, ...others] = await Promise.all([
      leaver.api.call('DELETE', '/users/me', { password: leaver.password }),
      ...groups.map(({ id }) => alice.api.call('POST', `/groups/${id}/add`, { user_id: leaver.user.id })),
      ...Array.from({ length: 5 }, (_, n) => send(alice, { dm_id: dm.id }, `m${n}`)),
      leaver.api.call('PUT', `/users/${alice.user.id}/block`),
      leaver.api.call('POST', '/dms', { user_id: bob.user.id }),
    ]);
    expect([204, 409]).toContain(removed.status);
    expect(others.map(codeOf)).not.toContain('internal');
    if (removed.status === 204) {
      for (const { id } of groups) {
        const { body } = await alice.api.call<{ group: GroupObject }>('GET', `/groups/${id}`);
        expect(body.group.member_count).toBe(1);
      }
      expect((await leaver.api.call('GET', '/users/me')).status).toBe(401);
      expect((await alice.api.call('POST', '/dms', { user_id: leaver.user.id })).status).toBe(404);
    }
    expect((await alice.api.call('GET', `/dms/${dm.id}/messages`)).status).toBe(200);
  }
}, 60_000);
