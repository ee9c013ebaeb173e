import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { ConversationId, UserId } from '@tpx/protocol';
import { banMember } from './ban-member.ts';
import { loadConversationObject } from './conversation-object.ts';
import { loadGroupObject, loadGroupObjects } from './group-object.ts';
import { codeOf, GroupWorld } from './group-world.fixture.ts';
import { listBanned } from './list-banned.ts';
import { listMembers } from './list-members.ts';
import { getGroup, listGroups } from './read-groups.ts';

let world: GroupWorld;
let people: UserId[];
let owner: UserId;
let groupId: ConversationId;

beforeAll(async () => {
  world = await GroupWorld.open();
  people = await world.people(7);
  owner = people[0] as UserId;
  groupId = await world.group({ owner: [owner], user: people.slice(1) });
});
afterAll(() => world[Symbol.asyncDispose]());

/** Every page to the end, two at a time. */
async function everybody(
  list: { viewerId: UserId; online?: boolean },
  online: readonly UserId[] = [],
): Promise<string[]> {
  const deps = { database: world.database, online: { onlineIn: async () => online.toSorted() } };
  const seen: string[] = [];
  let after: UserId | undefined;
  do {
    const page = await listMembers(deps, { groupId, ...list, after, limit: 2 });
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map(({ user }) => user.id));
    after = page.next ?? undefined;
  } while (after);
  return seen;
}

test('GRP-7 the pages have every member once, with their role', async () => {
  expect(await everybody({ viewerId: owner })).toEqual(people.toSorted());
  const deps = { database: world.database, online: { onlineIn: async () => [] } };
  const { items, next } = await listMembers(deps, { groupId, viewerId: owner, limit: 100 });
  expect(next).toBeNull();
  expect(items.find(({ user }) => user.id === owner)).toMatchObject({
    role: 'owner',
    user: { display_name: 'person' },
  });
  expect(items.filter(({ role }) => role === 'user')).toHaveLength(6);
});

test('GRP-7 online=true has who is online, online=false the others, page by page', async () => {
  const online = [people[5], people[1], people[3]] as UserId[];
  const outsider = await world.person();
  expect(await everybody({ viewerId: owner, online: true }, [...online, outsider])).toEqual(
    online.toSorted(),
  );
  const others = people.filter((id) => !online.includes(id));
  expect(await everybody({ viewerId: owner, online: false }, online)).toEqual(others.toSorted());
  expect(await everybody({ viewerId: owner, online: true }, [])).toEqual([]);
  expect(await everybody({ viewerId: owner, online: false }, [])).toEqual(people.toSorted());
});

test('GRP-19 a page of those who are offline looks at a bounded number of members, and leads on', async () => {
  const crowd = await world.people(1_100);
  const sleeper = crowd.toSorted().at(-1) as UserId;
  const room = await world.group({ owner: [owner], user: crowd });
  const online = [owner, ...crowd].filter((id) => id !== sleeper).toSorted();
  const deps = { database: world.database, online: { onlineIn: async () => online } };
  const first = await listMembers(deps, { groupId: room, viewerId: owner, online: false, limit: 2 });
  expect(first.items).toEqual([]);
  const after = first.next ?? undefined;
  expect(online.indexOf(after as UserId)).toBe(999);
  const second = await listMembers(deps, { groupId: room, viewerId: owner, online: false, after, limit: 2 });
  expect([second.items.map(({ user }) => user.id), second.next]).toEqual([[sleeper], null]);
});

test('GRP-7 whoever blocks the viewer counts as offline to them, and only to them', async () => {
  const [blocker, viewer, other] = people.slice(1) as [UserId, UserId, UserId];
  await world.database.query('INSERT INTO blocks (user_id, blocked_id) VALUES ($1, $2)', [blocker, viewer]);
  const online = [blocker, viewer, other];
  expect(await everybody({ viewerId: viewer, online: true }, online)).toEqual([viewer, other].toSorted());
  expect(await everybody({ viewerId: viewer, online: false }, online)).toContain(blocker);
  expect(await everybody({ viewerId: other, online: true }, online)).toEqual(online.toSorted());
});

test('GRP-7 the list of bans has the reason and who banned, for staff', async () => {
  const room = await world.group({ owner: [owner], user: [people[1] as UserId] });
  const [one, other, third] = (await world.people(3)) as [UserId, UserId, UserId];
  for (const targetId of [one, other, third]) {
    await banMember(world, { groupId: room, actorId: owner, targetId, reason: 'spam' });
  }
  const first = await listBanned(world, { groupId: room, actorId: owner, limit: 2 });
  expect(first.items).toMatchObject([
    { user: { id: one }, reason: 'spam', banned_by: owner },
    { user: { id: other } },
  ]);
  const rest = await listBanned(world, {
    groupId: room,
    actorId: owner,
    after: first.next ?? undefined,
    limit: 2,
  });
  expect(rest).toMatchObject({ items: [{ user: { id: third } }], next: null });
  expect(await codeOf(listBanned(world, { groupId: room, actorId: people[1] as UserId, limit: 2 }))).toBe(
    'forbidden',
  );
});

test('GRP-5 an open group is seen by strangers with no role, not by the banned', async () => {
  const [stranger, banned] = (await world.people(2)) as [UserId, UserId];
  const room = await world.group({ owner: [owner], banned: [banned] });
  expect(await codeOf(getGroup(world, { groupId: room, viewerId: stranger }))).toBe('not_member');
  await world.database.query(`UPDATE groups SET access = 'open' WHERE id = $1`, [room]);
  expect(await getGroup(world, { groupId: room, viewerId: stranger })).toMatchObject({
    id: room,
    role: null,
  });
  expect(await codeOf(getGroup(world, { groupId: room, viewerId: banned }))).toBe('banned');
  expect(
    await codeOf(getGroup(world, { groupId: Bun.randomUUIDv7() as ConversationId, viewerId: owner })),
  ).toBe('not_found');
  const deps = { database: world.database, online: { onlineIn: async () => [] } };
  expect(await codeOf(listMembers(deps, { groupId: room, viewerId: stranger, limit: 2 }))).toBe('not_member');
});

test('GRP-7 my groups are those that I am in, once each, page by page', async () => {
  const me = await world.person();
  const mine: ConversationId[] = [];
  for (let index = 0; index < 5; index++) {
    mine.push(await world.group(index % 2 ? { owner: [me] } : { owner: [owner], user: [me] }));
  }
  await world.group({ owner: [owner], banned: [me] });
  const seen: string[] = [];
  let after: ConversationId | undefined;
  do {
    const page = await listGroups(world, { userId: me, after, limit: 2 });
    seen.push(...page.items.map((group) => `${group.id} ${group.role}`));
    after = page.next ?? undefined;
  } while (after);
  expect(seen).toEqual(mine.map((id, index) => `${id} ${index % 2 ? 'owner' : 'user'}`));
});

test('GRP-5 groups are loaded in the order asked for, with the viewer’s role, without those that are gone', async () => {
  const [banned] = (await world.people(1)) as [UserId];
  const one = await world.group({ owner: [owner], banned: [banned] });
  const other = await world.group({ owner: [banned] });
  const gone = Bun.randomUUIDv7() as ConversationId;
  const loaded = await loadGroupObjects(world.database, [other, gone, one], banned);
  expect(loaded.map(({ id, role }) => ({ id, role }))).toEqual([
    { id: other, role: 'owner' },
    { id: one, role: 'banned' },
  ]);
  expect(await loadGroupObject(world.database, one, null)).toMatchObject({ role: null });
  expect(await loadConversationObject(world.database, one, owner)).toMatchObject({
    kind: 'group',
    id: one,
    role: 'owner',
  });
  expect(await loadConversationObject(world.database, gone, owner)).toBeUndefined();
});
