import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { Refusal, type UserId } from '@tpx/protocol';
import { readAudit } from '../audit/read-audit.ts';
import { changeGroup } from './change-group.ts';
import { demoteMember, promoteMember } from './change-role.ts';
import { createGroup } from './create-group.ts';
import { deleteGroup } from './delete-group.ts';
import { codeOf, GroupWorld } from './group-world.fixture.ts';
import { kickMember } from './kick-member.ts';
import { leaveGroup } from './leave-group.ts';
import { getGroup } from './read-groups.ts';
import { transferGroup } from './transfer-group.ts';

let world: GroupWorld;
let owner: UserId;
let admin: UserId;
let user: UserId;

beforeAll(async () => {
  world = await GroupWorld.open();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  [owner, admin, user] = (await world.people(3)) as [UserId, UserId, UserId];
  world.announcer.forget();
});

const room = () => world.group({ owner: [owner], admin: [admin], user: [user] });
const notices = () => world.announcer.entries.map((entry) => JSON.parse(entry.payload).message.content);

test('GRP-12 a new group has its maker as owner and only member, an empty log, and comes by invitation', async () => {
  const group = await createGroup(world, { actorId: owner, name: 'Room' });
  expect(group).toMatchObject({
    name: 'Room',
    description: '',
    owner_id: owner,
    admins: [],
    access: 'invite',
    who_can_post: 'all',
    messages_retention: null,
    member_count: 1,
    first_seq: 1,
    last_seq: 0,
    role: 'owner',
  });
  expect(world.announcer.signals).toMatchObject([{ userId: owner, event: 'conversation_added' }]);
  expect(world.announcer.changes[0]).toMatchObject({ userId: owner, standing: 'owner', reason: 'joined' });
});

test('GRP-12 the owner leaves only after a transfer, which leaves them an admin', async () => {
  const groupId = await room();
  expect(await codeOf(leaveGroup(world, { groupId, actorId: owner }))).toBe('conflict');
  const group = await transferGroup(world, { groupId, actorId: owner, targetId: user });
  expect(group).toMatchObject({ owner_id: user, role: 'admin' });
  expect(group.admins.toSorted()).toEqual([owner, admin].toSorted());
  expect(notices()).toEqual([{ event: 'owner_changed', actor_id: owner, user_id: user, role: 'owner' }]);
  expect(world.announcer.changes.filter((change) => change.type === 'standing')).toMatchObject([
    { userId: owner, standing: 'admin', reason: 'role' },
    { userId: user, standing: 'owner', reason: 'role' },
  ]);
  expect(await codeOf(leaveGroup(world, { groupId, actorId: user }))).toBe('conflict');
  expect(await codeOf(leaveGroup(world, { groupId, actorId: owner }))).toBe('ok');
  expect(await world.census(groupId)).toMatchObject({ counted: 2, members: 2 });
});

test('GRP-12 of two transfers at once one is refused, and there is one owner', async () => {
  const groupId = await room();
  const codes = await Promise.all([
    codeOf(transferGroup(world, { groupId, actorId: owner, targetId: user })),
    codeOf(transferGroup(world, { groupId, actorId: owner, targetId: admin })),
  ]);
  expect(codes.sort()).toEqual(['forbidden', 'ok']);
  const owners = await world.rows(
    `SELECT m.user_id = g.owner_id AS agrees FROM members m JOIN groups g ON g.id = m.conversation_id
     WHERE m.conversation_id = $1 AND m.role = 'owner'`,
    [groupId],
  );
  expect(owners).toMatchObject([{ agrees: true }]);
});

test('GRP-15 a promotion and a demotion are noticed with the new role and act at once', async () => {
  const groupId = await room();
  const group = await promoteMember(world, { groupId, actorId: owner, targetId: user });
  expect(group.admins).toEqual([admin, user]);
  await demoteMember(world, { groupId, actorId: owner, targetId: admin });
  expect(notices()).toEqual([
    { event: 'admin_changed', actor_id: owner, user_id: user, role: 'admin' },
    { event: 'admin_changed', actor_id: owner, user_id: admin, role: 'user' },
  ]);
  expect(await codeOf(kickMember(world, { groupId, actorId: admin, targetId: user }))).toBe('forbidden');
  expect(await codeOf(kickMember(world, { groupId, actorId: user, targetId: admin }))).toBe('ok');
});

test('GRP-13 the owner changes name, description and rules; one notice has the new values, the audit log the rules', async () => {
  const groupId = await room();
  const patch = {
    name: 'Kitchen',
    messages_retention: 3600,
    who_can_post: 'admins',
    access: 'invite',
  } as const;
  const group = await changeGroup(world, { groupId, actorId: owner, patch });
  expect(group).toMatchObject(patch);
  expect(notices()).toEqual([
    {
      event: 'group_updated',
      actor_id: owner,
      changes: { name: 'Kitchen', messages_retention: 3600, who_can_post: 'admins' },
    },
  ]);
  expect(await readAudit(world.database, groupId, 0, 10)).toMatchObject([
    {
      entry: {
        action: 'set_rules',
        details: {
          messages_retention: { from: null, to: 3600 },
          who_can_post: { from: 'all', to: 'admins' },
        },
      },
    },
  ]);
  expect(world.announcer.changes).toEqual([{ type: 'conversation_updated', conversationId: groupId }]);
});

test('GRP-13 a null clears the retention, an empty description is one, and a name alone is not audited', async () => {
  const groupId = await room();
  const set = (patch: Parameters<typeof changeGroup>[1]['patch']) =>
    changeGroup(world, { groupId, actorId: owner, patch });
  await set({ messages_retention: 60, description: 'x' });
  expect(await set({ messages_retention: null, description: '' })).toMatchObject({
    messages_retention: null,
    description: '',
  });
  await set({ name: 'Hall' });
  expect(await readAudit(world.database, groupId, 0, 10)).toHaveLength(2);
});

test('GRP-13 a change to what is so already makes no notice, and no change at all is invalid', async () => {
  const groupId = await room();
  await changeGroup(world, { groupId, actorId: owner, patch: { name: 'Room', photo_media_id: null } });
  expect(world.announcer.entries).toEqual([]);
  const empty = async () => changeGroup(world, { groupId, actorId: owner, patch: {} });
  expect(await codeOf(empty())).toBe('invalid');
});

test('GRP-13 an admin changes the photo and nothing beside it; a photo is not taken yet', async () => {
  const groupId = await room();
  const photo = Bun.randomUUIDv7();
  const set = (patch: Parameters<typeof changeGroup>[1]['patch'], actorId = admin) =>
    codeOf(changeGroup(world, { groupId, actorId, patch }));
  expect(await set({ photo_media_id: null })).toBe('ok');
  expect(await set({ photo_media_id: photo })).toBe('unsupported_media');
  expect(await set({ photo_media_id: null, name: 'Hall' })).toBe('forbidden');
  expect(await set({ photo_media_id: photo }, user)).toBe('forbidden');
});

test('GRP-13 taking the photo away is noticed', async () => {
  const groupId = await room();
  await world.database.query('UPDATE groups SET photo_media_id = $2 WHERE id = $1', [
    groupId,
    Bun.randomUUIDv7(),
  ]);
  await changeGroup(world, { groupId, actorId: admin, patch: { photo_media_id: null } });
  expect(notices()).toEqual([{ event: 'photo_updated', actor_id: admin }]);
});

test('GRP-8 a deleted group is gone with its log, but for its audit log; every member hears of it', async () => {
  const groupId = await room();
  const other = await room();
  for (const id of [groupId, other]) {
    await world.messages(id, user, [new Date()]);
    await world.database.query(
      `INSERT INTO changes (conversation_id, seq, event, message_id, message_seq, actor_id, created_at)
       VALUES ($1, 2, 'edited', gen_random_uuid(), 1, $2, now())`,
      [id, user],
    );
    await world.database.query(
      'INSERT INTO reactions (conversation_id, message_seq, emoji, user_id) VALUES ($1, 1, $2, $3)',
      [id, '👍', user],
    );
    await world.database.query(
      'INSERT INTO unread_mentions (user_id, conversation_id, seq) VALUES ($2, $1, 1)',
      [id, user],
    );
  }
  await deleteGroup(world, { groupId, actorId: owner });
  expect(await codeOf(getGroup(world, { groupId, viewerId: owner }))).toBe('not_found');
  for (const table of ['messages', 'changes', 'reactions', 'unread_mentions', 'members']) {
    const [left] = await world.database.query<{ gone: string; kept: string }>(
      `SELECT count(*) FILTER (WHERE conversation_id = $1) AS gone, count(*) FILTER (WHERE conversation_id = $2) AS kept
       FROM ${table}`,
      [groupId, other],
    );
    expect({ table, ...left }).toMatchObject({ table, gone: '0' });
    expect(Number(left?.kept)).toBeGreaterThan(0);
  }
  expect(await readAudit(world.database, groupId, 0, 10)).toMatchObject([
    { entry: { action: 'delete_group' } },
  ]);
  expect(world.announcer.changes).toEqual([
    { type: 'conversation_deleted', conversationId: groupId, kind: 'group' },
  ]);
  expect(world.announcer.signals.map(({ userId }) => userId).sort()).toEqual([owner, admin, user].sort());
});

test('GRP-2 a refusal for the role says who may', async () => {
  const groupId = await room();
  const messageOf = async (outcome: Promise<unknown>) => {
    const error = await outcome.catch((reason: unknown) => reason);
    return error instanceof Refusal ? error.message : 'no refusal';
  };
  const other = await world.group({ owner: [owner], admin: [admin, user] });
  expect(await messageOf(deleteGroup(world, { groupId, actorId: admin }))).toMatch(/owner/);
  expect(await messageOf(kickMember(world, { groupId: other, actorId: admin, targetId: user }))).toMatch(
    /Only the owner/,
  );
});
