import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { UserId } from '@tpx/protocol';
import { findBrokenAuditEntry } from '@tpx/protocol';
import { readAudit } from '../audit/read-audit.ts';
import { addMember } from './add-member.ts';
import { banMember, unbanMember } from './ban-member.ts';
import { deleteGroup } from './delete-group.ts';
import { codeOf, GroupWorld } from './group-world.fixture.ts';
import { joinGroup } from './join-group.ts';
import { kickMember } from './kick-member.ts';
import { leaveGroup } from './leave-group.ts';

let world: GroupWorld;
beforeAll(async () => {
  world = await GroupWorld.open(20);
});
afterAll(() => world[Symbol.asyncDispose]());

async function openRoom(members: readonly UserId[] = []) {
  const owner = await world.person('owner');
  const groupId = await world.group({ owner: [owner], user: members });
  await world.database.query(`UPDATE groups SET access = 'open' WHERE id = $1`, [groupId]);
  return { owner, groupId };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('GRP-3 25 who join while 25 leave: the count is that of the rows, and the log has no gap', async () => {
  const leaving = await world.people(25);
  const joining = await world.people(25);
  const { groupId } = await openRoom(leaving);
  const codes = await Promise.all([
    ...joining.map((actorId) => codeOf(joinGroup(world, { groupId, actorId }))),
    ...leaving.map((actorId) => codeOf(leaveGroup(world, { groupId, actorId }))),
  ]);
  expect(codes.filter((code) => code !== 'ok')).toEqual([]);
  expect(await world.census(groupId)).toEqual({ counted: 26, members: 26, lastSeq: 50, seqs: upTo(50) });
  const announced = world.announcer.entries.filter((entry) => entry.conversationId === groupId);
  expect(announced.map((entry) => entry.seq).sort((a, b) => a - b)).toEqual(upTo(50));
});

test('GRP-3 the same person joining ten times at once comes in once', async () => {
  const { groupId } = await openRoom();
  const actorId = await world.person();
  const codes = await Promise.all(upTo(10).map(() => codeOf(joinGroup(world, { groupId, actorId }))));
  expect(new Set(codes)).toEqual(new Set(['ok']));
  expect(await world.census(groupId)).toEqual({ counted: 2, members: 2, lastSeq: 1, seqs: [1] });
});

test('GRP-1 of five who add the same person one does and four learn that they are in', async () => {
  const { groupId, owner } = await openRoom();
  const targetId = await world.person();
  const codes = await Promise.all(
    upTo(5).map(() => codeOf(addMember(world, { groupId, actorId: owner, targetId }))),
  );
  expect(codes.sort()).toEqual(['conflict', 'conflict', 'conflict', 'conflict', 'ok']);
});

test('AUDIT-5 kicks and bans at once make one chain without a fork', async () => {
  const members = await world.people(20);
  const { groupId, owner } = await openRoom(members);
  await Promise.all(
    members.map(async (targetId, index) => {
      if (index % 2 === 0) return kickMember(world, { groupId, actorId: owner, targetId });
      await banMember(world, { groupId, actorId: owner, targetId });
      return unbanMember(world, { groupId, actorId: owner, targetId });
    }),
  );
  const entries = await readAudit(world.database, groupId, 0, 100);
  expect(entries.map(({ number }) => number)).toEqual(upTo(30));
  const sha256 = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex');
  expect(
    await findBrokenAuditEntry(
      entries.map(({ entry }) => entry),
      sha256,
    ),
  ).toBe(-1);
  expect(await world.census(groupId)).toEqual({ counted: 1, members: 1, lastSeq: 30, seqs: upTo(30) });
});

test('GRP-8 those who join while the group is deleted come in before or find nothing', async () => {
  const { groupId, owner } = await openRoom();
  const guests = await world.people(20);
  const [deleted, ...joined] = await Promise.all([
    codeOf(deleteGroup(world, { groupId, actorId: owner })),
    ...guests.map((actorId) => codeOf(joinGroup(world, { groupId, actorId }))),
  ]);
  expect(deleted).toBe('ok');
  expect(joined.filter((code) => code !== 'ok' && code !== 'not_found')).toEqual([]);
  for (const table of ['messages', 'members']) {
    expect(await world.rows(`SELECT 1 FROM ${table} WHERE conversation_id = $1`, [groupId])).toEqual([]);
  }
});
