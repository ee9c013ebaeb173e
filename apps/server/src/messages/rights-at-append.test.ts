import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { ConversationId, UserId } from '@tpx/protocol';
import { blockUser, unblockUser } from '../accounts/blocks.ts';
import type { Caller } from '../accounts/caller.ts';
import { openDm } from '../dms/open-dm.ts';
import { banMember } from '../groups/ban-member.ts';
import { changeGroup } from '../groups/change-group.ts';
import { demoteMember } from '../groups/change-role.ts';
import { codeOf, GroupWorld } from '../groups/group-world.fixture.ts';
import { handOverGroups } from '../groups/hand-over.ts';
import { joinGroup } from '../groups/join-group.ts';
import { kickMember } from '../groups/kick-member.ts';
import { leaveGroup } from '../groups/leave-group.ts';
import { loadAccess } from './access.ts';
import { MessageWriter } from './message-writer.ts';
import { type Sender, sendMessage } from './send-message.ts';

let world: GroupWorld;
let owner: UserId;
let user: UserId;
let other: UserId;
beforeAll(async () => {
  world = await GroupWorld.open(16);
  [owner, user, other] = (await world.people(3)) as [UserId, UserId, UserId];
});
afterAll(() => world[Symbol.asyncDispose]());

/** What a node has in memory of a sender: as it was read, and not notified of anything since. */
async function senderOf(userId: UserId, conversationId: ConversationId): Promise<Sender> {
  const [access] = await loadAccess(world.database, [{ userId, conversationId }]);
  if (!access) throw new Error('there is no such conversation');
  return { ...access, userId, conversationId };
}
const writer = () => new MessageWriter({ database: world.database, announcer: world.announcer });
const say = (one: MessageWriter, sender: Sender, text = 'hello') =>
  sendMessage(one, sender, { type: 'text', content: { text } });
const caller = (userId: UserId) => ({ userId }) as Caller;

type Loss = { lose(groupId: ConversationId): Promise<unknown>; code: string; role?: 'admin' };
const removal = (groupId: ConversationId) => ({ groupId, actorId: owner, targetId: user });
const onlyAdmins = (groupId: ConversationId) =>
  changeGroup(world, { groupId, actorId: owner, patch: { who_can_post: 'admins' } });

const LOSSES: Record<string, Loss> = {
  ban: { lose: (groupId) => banMember(world, removal(groupId)), code: 'banned' },
  kick: { lose: (groupId) => kickMember(world, removal(groupId)), code: 'not_member' },
  leave: { lose: (groupId) => leaveGroup(world, { groupId, actorId: user }), code: 'not_member' },
  'a rule that only admins post': { lose: onlyAdmins, code: 'forbidden' },
  'a demotion where only admins post': {
    role: 'admin',
    lose: async (groupId) => {
      await onlyAdmins(groupId);
      await demoteMember(world, removal(groupId));
    },
    code: 'forbidden',
  },
  'the end of the account': {
    lose: () =>
      world.database.transaction(async (tx) => {
        await handOverGroups(tx, world.announcer, user);
        await tx.query('UPDATE users SET deleted_at = now() WHERE id = $1', [user]);
      }),
    code: 'not_member',
  },
};

describe('AUTHZ-5 what a node has in memory does not outlive the right to send', () => {
  for (const [what, { lose, code, role = 'user' }] of Object.entries(LOSSES)) {
    for (const batch of [1, 3])
      test(`AUTHZ-5 ${what}, ${batch} at a time`, async () => {
        user = await world.person('user');
        const groupId = await world.group({ owner: [owner], [role]: [user, other] });
        const stale = await senderOf(user, groupId);
        const bystander = await senderOf(other, groupId);
        const one = writer();
        await say(one, stale);
        await lose(groupId);
        const { lastSeq } = await world.census(groupId);
        const outcomes = await Promise.all([
          ...Array.from({ length: batch }, () => codeOf(say(one, stale, 'too late'))),
          ...(code === 'forbidden' && role === 'user' ? [] : [codeOf(say(one, bystander))]),
        ]);
        expect(outcomes.slice(0, batch)).toEqual(Array(batch).fill(code));
        const said = outcomes.slice(batch).filter((outcome) => outcome === 'ok').length;
        const census = await world.census(groupId);
        expect(census.lastSeq).toBe(lastSeq + said);
        expect(census.seqs).toEqual(
          Array.from({ length: census.seqs.length }, (_, n) => census.lastSeq - census.seqs.length + 1 + n),
        );
      });
  }

  test('AUTHZ-5 a block in a DM, and after it is taken back', async () => {
    const [alice, bob] = (await world.people(2)) as [UserId, UserId];
    const { dm } = await openDm(world, { actorId: alice, userId: bob });
    const stale = await senderOf(bob, dm.id as ConversationId);
    const one = writer();
    await say(one, stale);
    await blockUser(world, caller(alice), bob);
    expect(await codeOf(say(one, stale))).toBe('blocked');
    expect(await codeOf(say(one, await senderOf(alice, dm.id as ConversationId)))).toBe('ok');
    await unblockUser(world, caller(alice), bob);
    expect(await codeOf(say(one, stale))).toBe('ok');
  });

  test('AUTHZ-5 the end of an account ends its DMs', async () => {
    const [alice, bob] = (await world.people(2)) as [UserId, UserId];
    const { dm } = await openDm(world, { actorId: alice, userId: bob });
    const stale = await senderOf(bob, dm.id as ConversationId);
    await world.database.query('UPDATE users SET deleted_at = now() WHERE id = $1', [bob]);
    expect(await codeOf(say(writer(), stale))).not.toBe('ok');
  });
});

test('AUTHZ-5 who left and came back meanwhile is not refused for the time between', async () => {
  const [member] = (await world.people(1)) as [UserId];
  const groupId = await world.group({ owner: [owner], user: [member] });
  await world.database.query(`UPDATE groups SET access = 'open' WHERE id = $1`, [groupId]);
  const sender = await senderOf(member, groupId);
  const one = writer();
  let racing = true;
  const comings = (async () => {
    for (let round = 0; round < 40; round++) {
      await leaveGroup(world, { groupId, actorId: member });
      await joinGroup(world, { groupId, actorId: member });
    }
    racing = false;
  })();
  const outcomes = new Set<string>();
  while (racing) outcomes.add(await codeOf(say(one, sender)));
  await comings;
  outcomes.delete('ok');
  outcomes.delete('not_member');
  expect([...outcomes]).toEqual([]);
  expect(await codeOf(say(one, sender))).toBe('ok');
});

test('AUTHZ-5 rights of others that changed cost a sender one look-up, not one a message', async () => {
  const [gone, stays] = (await world.people(2)) as [UserId, UserId];
  const groupId = await world.group({ owner: [owner], user: [gone, stays] });
  const sender = await senderOf(stays, groupId);
  await kickMember(world, { groupId, actorId: owner, targetId: gone });
  const { rightsVersion } = await say(writer(), sender);
  expect(rightsVersion).toBe(sender.rightsVersion + 1);
  expect(rightsVersion).toBe((await senderOf(stays, groupId)).rightsVersion);
});

test('AUTHZ-5 no event of a banned member comes after the notice of the ban, whatever races', async () => {
  for (let round = 0; round < 15; round++) {
    const victims = await world.people(4);
    const groupId = await world.group({ owner: [owner], user: [...victims, other] });
    const senders = await Promise.all([...victims, other].map((userId) => senderOf(userId, groupId)));
    // Several nodes, none of which is notified of the bans.
    const nodes = [writer(), writer(), writer()];
    let sending = true;
    const sends = nodes.flatMap((node) =>
      senders.map(async (sender) => {
        while (sending) await codeOf(say(node, sender));
      }),
    );
    for (const targetId of victims) {
      await Promise.all(nodes.map((node) => codeOf(say(node, senders[4] as Sender))));
      await banMember(world, { groupId, actorId: owner, targetId });
    }
    sending = false;
    await Promise.all(sends);
    const late = await world.rows(
      `SELECT m.seq, n.seq AS banned_at FROM messages m
       JOIN messages n ON n.conversation_id = m.conversation_id AND n.content ->> 'event' = 'member_banned'
         AND (n.content ->> 'user_id')::uuid = m.sender_id
       WHERE m.conversation_id = $1 AND m.type = 'text' AND m.seq > n.seq`,
      [groupId],
    );
    expect(late).toEqual([]);
    const census = await world.census(groupId);
    expect(census.seqs).toEqual(Array.from({ length: census.lastSeq }, (_, n) => n + 1));
  }
}, 60_000);
