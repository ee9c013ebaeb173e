import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { LIMITS, type UserId } from '@tpx/protocol';
import { readAudit } from '../audit/read-audit.ts';
import { addMember } from './add-member.ts';
import { banMember, unbanMember } from './ban-member.ts';
import { codeOf, GroupWorld } from './group-world.fixture.ts';
import { createInvite } from './invites.ts';
import { joinGroup } from './join-group.ts';
import { kickMember } from './kick-member.ts';
import { leaveGroup } from './leave-group.ts';

let world: GroupWorld;
let owner: UserId;
let admin: UserId;
let user: UserId;
let stranger: UserId;

beforeAll(async () => {
  world = await GroupWorld.open();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  [owner, admin, user, stranger] = (await world.people(4)) as [UserId, UserId, UserId, UserId];
  world.announcer.forget();
});

const room = () => world.group({ owner: [owner], admin: [admin], user: [user] });
const notices = () => world.announcer.entries.map((entry) => JSON.parse(entry.payload).message.content);

test('GRP-11 who is added starts with all that was said before as delivered and read', async () => {
  const groupId = await room();
  await world.messages(groupId, user, [new Date(), new Date(), new Date()]);
  const group = await addMember(world, { groupId, actorId: admin, targetId: stranger });
  expect(group).toMatchObject({ member_count: 4, last_seq: 4, role: 'admin' });
  const rows = await world.rows(
    'SELECT role, delivered_seq, read_seq FROM members WHERE conversation_id = $1 AND user_id = $2',
    [groupId, stranger],
  );
  expect(rows).toMatchObject([{ role: 'user', delivered_seq: '3', read_seq: '3' }]);
});

test('GRP-14 who is added is announced: the notice, the standing, the conversation to all their devices', async () => {
  const groupId = await room();
  await addMember(world, { groupId, actorId: admin, targetId: stranger });
  expect(notices()).toEqual([{ event: 'member_joined', actor_id: admin, user_id: stranger }]);
  expect(world.announcer.changes).toEqual([
    {
      type: 'standing',
      conversationId: groupId,
      kind: 'group',
      userId: stranger,
      standing: 'user',
      reason: 'joined',
    },
    { type: 'conversation_updated', conversationId: groupId },
  ]);
  expect(world.announcer.signals).toMatchObject([
    {
      userId: stranger,
      event: 'conversation_added',
      payload: { conversation: { kind: 'group', id: groupId, role: 'user', member_count: 4, last_seq: 1 } },
    },
  ]);
});

test('GRP-6 whoever blocks the actor cannot be added, though the actor may block them', async () => {
  const groupId = await room();
  await world.database.query('INSERT INTO blocks (user_id, blocked_id) VALUES ($1, $2)', [stranger, admin]);
  expect(await codeOf(addMember(world, { groupId, actorId: admin, targetId: stranger }))).toBe('blocked');
  expect(await codeOf(addMember(world, { groupId, actorId: owner, targetId: stranger }))).toBe('ok');

  const blocked = await world.person();
  await world.database.query('INSERT INTO blocks (user_id, blocked_id) VALUES ($1, $2)', [admin, blocked]);
  expect(await codeOf(addMember(world, { groupId, actorId: admin, targetId: blocked }))).toBe('ok');
});

test('GRP-16 who has left is not brought back: only an invite or an open door lets them in again', async () => {
  const groupId = await room();
  const add = (actorId: UserId) => codeOf(addMember(world, { groupId, actorId, targetId: user }));
  await leaveGroup(world, { groupId, actorId: user });
  const before = await world.census(groupId);
  for (let attempt = 0; attempt < 3; attempt++)
    for (const actor of [owner, admin]) expect(await add(actor)).toBe('conflict');
  await expect(addMember(world, { groupId, actorId: owner, targetId: user })).rejects.toThrow(
    'Send them an invite.',
  );
  expect(await world.census(groupId)).toEqual(before);

  // Not through a ban that is lifted either.
  await banMember(world, { groupId, actorId: owner, targetId: user });
  await unbanMember(world, { groupId, actorId: owner, targetId: user });
  expect(await add(owner)).toBe('conflict');

  const { code } = await createInvite(world, { groupId, actorId: admin });
  expect(await codeOf(joinGroup(world, { groupId, actorId: user, invite: code }))).toBe('ok');
  // Who was taken out, and did not go, may be brought back.
  await kickMember(world, { groupId, actorId: owner, targetId: user });
  expect(await add(admin)).toBe('ok');
  await leaveGroup(world, { groupId, actorId: user });
  expect(await add(admin)).toBe('conflict');
  // Another group is another matter.
  const other = await world.group({ owner: [owner] });
  expect(await codeOf(addMember(world, { groupId: other, actorId: owner, targetId: user }))).toBe('ok');
});

test('GRP-6 nobody and a deleted account cannot be added or banned', async () => {
  const groupId = await room();
  const nobody = Bun.randomUUIDv7() as UserId;
  await world.database.query('UPDATE users SET deleted_at = now(), username = NULL WHERE id = $1', [
    stranger,
  ]);
  for (const targetId of [nobody, stranger]) {
    expect(await codeOf(addMember(world, { groupId, actorId: owner, targetId }))).toBe('not_found');
    expect(await codeOf(banMember(world, { groupId, actorId: owner, targetId }))).toBe('not_found');
  }
  expect(await world.census(groupId)).toEqual({ counted: 3, members: 3, lastSeq: 0, seqs: [] });
});

test('GRP-6 a full group takes nobody, neither added nor joining', async () => {
  const groupId = await room();
  await world.database.query(`UPDATE groups SET member_count = $2, access = 'open' WHERE id = $1`, [
    groupId,
    LIMITS.groupMembersMax,
  ]);
  expect(await codeOf(addMember(world, { groupId, actorId: owner, targetId: stranger }))).toBe('conflict');
  expect(await codeOf(joinGroup(world, { groupId, actorId: stranger }))).toBe('conflict');
  expect(await world.roleOf(groupId, stranger)).toBe('none');
});

test('GRP-3 a kick removes the row, keeps the count, and leaves a notice and an audit entry with its reason', async () => {
  const groupId = await room();
  const group = await kickMember(world, { groupId, actorId: admin, targetId: user, reason: 'spam' });
  expect(group.member_count).toBe(2);
  expect(await world.roleOf(groupId, user)).toBe('none');
  expect(notices()).toEqual([{ event: 'member_kicked', actor_id: admin, user_id: user }]);
  expect(await readAudit(world.database, groupId, 0, 10)).toMatchObject([
    { number: 1, entry: { actor_id: admin, action: 'kick', target_id: user, details: { reason: 'spam' } } },
  ]);
  expect(world.announcer.changes[0]).toMatchObject({ userId: user, standing: 'none', reason: 'kicked' });
  expect(world.announcer.signals).toEqual([
    { userId: user, event: 'conversation_removed', payload: { topic: `group:${groupId}`, reason: 'kicked' } },
  ]);
});

test('GRP-3 a ban removes the member and keeps them out until it is lifted', async () => {
  const groupId = await room();
  await world.database.query(`UPDATE groups SET access = 'open' WHERE id = $1`, [groupId]);
  await banMember(world, { groupId, actorId: admin, targetId: user, reason: 'spam' });
  expect(await world.census(groupId)).toEqual({ counted: 2, members: 2, lastSeq: 1, seqs: [1] });
  expect(world.announcer.changes[0]).toMatchObject({ userId: user, standing: 'banned', reason: 'banned' });
  expect(world.announcer.signals).toMatchObject([
    { event: 'conversation_removed', payload: { reason: 'banned' } },
  ]);
  expect(await codeOf(joinGroup(world, { groupId, actorId: user }))).toBe('banned');
  expect(await codeOf(addMember(world, { groupId, actorId: owner, targetId: user }))).toBe('banned');

  world.announcer.forget();
  await unbanMember(world, { groupId, actorId: admin, targetId: user });
  expect(world.announcer.changes[0]).toMatchObject({ userId: user, standing: 'none', reason: 'unbanned' });
  expect(await codeOf(joinGroup(world, { groupId, actorId: user }))).toBe('ok');
  expect(await world.census(groupId)).toEqual({ counted: 3, members: 3, lastSeq: 3, seqs: [1, 2, 3] });
});

test('GRP-3 a ban of somebody who never was in changes no count and removes no conversation from their devices', async () => {
  const groupId = await room();
  const group = await banMember(world, { groupId, actorId: admin, targetId: stranger });
  expect(group.member_count).toBe(3);
  expect(world.announcer.signals).toEqual([]);
  expect(notices()).toEqual([{ event: 'member_banned', actor_id: admin, user_id: stranger }]);
});

test('GRP-3 what is rolled back is not announced', async () => {
  const groupId = await room();
  const failing = {
    announcer: world.announcer,
    database: {
      ...world.database,
      transaction: <T>(run: (tx: typeof world.database) => Promise<T>) =>
        world.database.transaction<T>(async (tx) => {
          await run(tx as typeof world.database);
          throw new Error('the commit failed');
        }),
    },
  };
  const outcome = kickMember(failing, { groupId, actorId: owner, targetId: user });
  await expect(outcome).rejects.toThrow('the commit failed');
  expect(world.announcer).toMatchObject({ entries: [], changes: [], signals: [] });
  expect(await world.roleOf(groupId, user)).toBe('user');
});

test('GRP-3 who leaves takes their unread mentions with them', async () => {
  const groupId = await room();
  await world.messages(groupId, owner, [new Date()]);
  await world.database.query(
    'INSERT INTO unread_mentions (user_id, conversation_id, seq) VALUES ($1, $3, 1), ($2, $3, 1)',
    [user, admin, groupId],
  );
  const group = await leaveGroup(world, { groupId, actorId: user });
  expect(group).toMatchObject({ member_count: 2, role: null });
  expect(notices()).toEqual([{ event: 'member_left', actor_id: user, user_id: user }]);
  expect(
    await world.rows('SELECT user_id FROM unread_mentions WHERE conversation_id = $1', [groupId]),
  ).toMatchObject([{ user_id: admin }]);
  expect(world.announcer.signals).toMatchObject([{ userId: user, payload: { reason: 'left' } }]);
});

test('GRP-11 an open group is joined freely; joining again changes nothing and is no error', async () => {
  const groupId = await room();
  expect(await codeOf(joinGroup(world, { groupId, actorId: stranger }))).toBe('forbidden');
  await world.database.query(`UPDATE groups SET access = 'open' WHERE id = $1`, [groupId]);
  await joinGroup(world, { groupId, actorId: stranger });
  world.announcer.forget();
  const again = await joinGroup(world, { groupId, actorId: stranger });
  expect(again).toMatchObject({ member_count: 4, last_seq: 1, role: 'user' });
  expect(world.announcer).toMatchObject({ entries: [], changes: [], signals: [] });
  expect(
    await codeOf(joinGroup(world, { groupId: Bun.randomUUIDv7() as typeof groupId, actorId: user })),
  ).toBe('not_found');
});
