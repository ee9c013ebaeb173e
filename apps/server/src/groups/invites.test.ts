import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { UserId } from '@tpx/protocol';
import { banMember } from './ban-member.ts';
import { codeOf, GroupWorld } from './group-world.fixture.ts';
import { newInviteCode } from './invite-code.ts';
import { createInvite, deleteInvite, getInvite, listInvites } from './invites.ts';
import { joinGroup } from './join-group.ts';
import { kickMember } from './kick-member.ts';

let world: GroupWorld;
let owner: UserId;
let admin: UserId;
let user: UserId;

beforeAll(async () => {
  world = await GroupWorld.open(16);
  [owner, admin, user] = (await world.people(3)) as [UserId, UserId, UserId];
});
afterAll(() => world[Symbol.asyncDispose]());

const room = () => world.group({ owner: [owner], admin: [admin], user: [user] });

test('GRP-10 a code is 12 letters and digits without look-alikes, each time another', () => {
  const codes = Array.from({ length: 2000 }, newInviteCode);
  for (const code of codes) expect(code).toMatch(/^[1-9A-HJ-NP-Za-km-z]{12}$/);
  expect(new Set(codes).size).toBe(codes.length);
  // All 58 signs are in use: a biased or truncated draw would miss some in 24,000.
  expect(new Set(codes.join('')).size).toBe(58);
});

test('GRP-10 staff make, see and withdraw invites', async () => {
  const groupId = await room();
  const invite = await createInvite(world, { groupId, actorId: admin, expires_in: 3600, max_uses: 5 });
  expect(invite).toMatchObject({ group_id: groupId, created_by: admin, max_uses: 5, uses: 0 });
  const seconds = (Date.parse(invite.expires_at ?? '') - Date.parse(invite.created_at)) / 1000;
  expect(seconds).toBeCloseTo(3600, 0);
  expect(await getInvite(world, { groupId, actorId: owner, code: invite.code })).toEqual(invite);
  expect(await codeOf(getInvite(world, { groupId, actorId: user, code: invite.code }))).toBe('forbidden');
  await deleteInvite(world, { groupId, actorId: owner, code: invite.code });
  expect(await codeOf(getInvite(world, { groupId, actorId: owner, code: invite.code }))).toBe('not_found');
  expect(await codeOf(deleteInvite(world, { groupId, actorId: owner, code: invite.code }))).toBe('not_found');
});

test('GRP-10 the list has every invite of this group once, page by page', async () => {
  const groupId = await room();
  await createInvite(world, { groupId: await room(), actorId: owner });
  const made = [];
  for (let index = 0; index < 5; index++)
    made.push((await createInvite(world, { groupId, actorId: owner })).code);
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await listInvites(world, { groupId, actorId: owner, after, limit: 2 });
    seen.push(...page.items.map(({ code }) => code));
    after = page.next ?? undefined;
  } while (after);
  expect(seen.toSorted()).toEqual(made.toSorted());
});

test('GRP-10 an invite lets in and counts it; without, with a wrong one or another group’s nobody comes in', async () => {
  const groupId = await room();
  const [guest] = (await world.people(1)) as [UserId];
  const invite = await createInvite(world, { groupId, actorId: owner });
  const foreign = await createInvite(world, { groupId: await room(), actorId: owner });
  expect(await codeOf(joinGroup(world, { groupId, actorId: guest }))).toBe('forbidden');
  expect(await codeOf(joinGroup(world, { groupId, actorId: guest, invite: 'nonsense' }))).toBe('not_found');
  expect(await codeOf(joinGroup(world, { groupId, actorId: guest, invite: foreign.code }))).toBe('not_found');
  expect(await joinGroup(world, { groupId, actorId: guest, invite: invite.code })).toMatchObject({
    role: 'user',
  });
  await joinGroup(world, { groupId, actorId: guest, invite: invite.code });
  expect(await getInvite(world, { groupId, actorId: owner, code: invite.code })).toMatchObject({ uses: 1 });
});

test('GRP-10 an invite that has ended lets nobody in', async () => {
  const groupId = await room();
  const [guest] = (await world.people(1)) as [UserId];
  const invite = await createInvite(world, { groupId, actorId: owner, expires_in: 60 });
  await world.database.query(`UPDATE invites SET expires_at = now() - interval '1 second' WHERE code = $1`, [
    invite.code,
  ]);
  expect(await codeOf(joinGroup(world, { groupId, actorId: guest, invite: invite.code }))).toBe('expired');
  expect(await world.roleOf(groupId, guest)).toBe('none');
});

test('GRP-10 max_uses holds when thirty join at once', async () => {
  const groupId = await room();
  const guests = await world.people(30);
  const invite = await createInvite(world, { groupId, actorId: owner, max_uses: 7 });
  const codes = await Promise.all(
    guests.map((actorId) => codeOf(joinGroup(world, { groupId, actorId, invite: invite.code }))),
  );
  expect(codes.filter((code) => code === 'ok')).toHaveLength(7);
  expect(codes.filter((code) => code === 'expired')).toHaveLength(23);
  expect(await world.census(groupId)).toMatchObject({ counted: 10, members: 10, lastSeq: 7 });
});

test('GRP-10 an invite brings back who was kicked, not who is banned, and such a try does not use it up', async () => {
  const groupId = await room();
  const [guest] = (await world.people(1)) as [UserId];
  const invite = await createInvite(world, { groupId, actorId: owner, max_uses: 2 });
  await joinGroup(world, { groupId, actorId: guest, invite: invite.code });
  await banMember(world, { groupId, actorId: owner, targetId: guest });
  expect(await codeOf(joinGroup(world, { groupId, actorId: guest, invite: invite.code }))).toBe('banned');
  await kickMember(world, { groupId, actorId: owner, targetId: user });
  expect(await codeOf(joinGroup(world, { groupId, actorId: user, invite: invite.code }))).toBe('ok');
});
