import { afterAll, beforeAll, expect, test } from 'bun:test';
import { ACTIONS, type Action, type ConversationId, type MessageId, type UserId } from '@tpx/protocol';
import { loadAccess, requireReader } from '../messages/access.ts';
import { deleteMessage } from '../messages/delete-message.ts';
import { editMessage } from '../messages/edit-message.ts';
import { MessageWriter } from '../messages/message-writer.ts';
import { setPinned } from '../messages/pins.ts';
import { react } from '../messages/react.ts';
import { sendMessage } from '../messages/send-message.ts';
import { addMember } from './add-member.ts';
import { banMember, unbanMember } from './ban-member.ts';
import { changeGroup } from './change-group.ts';
import { demoteMember, promoteMember } from './change-role.ts';
import { deleteGroup } from './delete-group.ts';
import { codeOf, GroupWorld } from './group-world.fixture.ts';
import { createInvite } from './invites.ts';
import { kickMember } from './kick-member.ts';
import { leaveGroup } from './leave-group.ts';
import { listAudit } from './list-audit.ts';
import { getGroup } from './read-groups.ts';
import { transferGroup } from './transfer-group.ts';

/**
 * The specification's rights, written out by hand and not from the table in the code. A row is who does it, a column to
 * whom; of what has no target there is one column. ok, F forbidden, C conflict, B banned, N not_member, X not_found: to a
 * stranger no message is there. (The one owner's message is their own, so they may delete it.)
 */
const UNTARGETED = `
                  owner  admin  user  banned  none
  read            ok     ok     ok    B       N
  send            ok     ok     ok    B       N
  send_restricted ok     ok     F     B       N
  react           ok     ok     ok    B       X
  edit_own        ok     ok     ok    B       X
  delete_own      ok     ok     ok    B       X
  leave           C      ok     ok    B       N
  invite          ok     ok     F     B       N
  set_photo       ok     ok     F     B       N
  pin             ok     ok     F     B       X
  read_audit      ok     ok     F     B       N
  set_rules       ok     F      F     B       N
  delete_group    ok     F      F     B       N
`;

const TARGETED = `
  add          owner admin user banned none
    owner      C     C     C    B      ok
    admin      C     C     C    B      ok
    user       F     F     F    F      F
    banned     B     B     B    B      B
    none       N     N     N    N      N
  kick         owner admin user banned none
    owner      F     ok    ok   C      C
    admin      F     F     ok   C      C
    user       F     F     F    F      F
    banned     B     B     B    B      B
    none       N     N     N    N      N
  ban          owner admin user banned none
    owner      F     ok    ok   C      ok
    admin      F     F     ok   C      ok
    user       F     F     F    F      F
    banned     B     B     B    B      B
    none       N     N     N    N      N
  unban        owner admin user banned none
    owner      C     C     C    ok     C
    admin      C     C     C    ok     C
    user       F     F     F    F      F
    banned     B     B     B    B      B
    none       N     N     N    N      N
  delete_other owner admin user banned none
    owner      ok    ok    ok   ok     ok
    admin      F     F     ok   ok     ok
    user       F     F     F    F      F
    banned     B     B     B    B      B
    none       X     X     X    X      X
  promote      owner admin user banned none
    owner      F     C     ok   C      C
    admin      F     F     F    F      F
    user       F     F     F    F      F
    banned     B     B     B    B      B
    none       N     N     N    N      N
  demote       owner admin user banned none
    owner      F     ok    C    C      C
    admin      F     F     F    F      F
    user       F     F     F    F      F
    banned     B     B     B    B      B
    none       N     N     N    N      N
  transfer     owner admin user banned none
    owner      F     ok    ok   C      C
    admin      F     F     F    F      F
    user       F     F     F    F      F
    banned     B     B     B    B      B
    none       N     N     N    N      N
`;

const CODES: Record<string, string> = {
  ok: 'ok',
  F: 'forbidden',
  C: 'conflict',
  B: 'banned',
  N: 'not_member',
  X: 'not_found',
};

const STANDINGS = ['owner', 'admin', 'user', 'banned', 'none'];

type Case = { actor: string; action: Action; target: string | null; code: string };

function readGrids(): Case[] {
  const cases: Case[] = [];
  const rows = (grid: string) =>
    grid
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
  for (const [action = '', ...cells] of rows(UNTARGETED).slice(1)) {
    for (const [index, cell] of cells.entries()) cases.push(oneCase(STANDINGS[index], action, null, cell));
  }
  let action = '';
  for (const [head = '', ...cells] of rows(TARGETED)) {
    if (!STANDINGS.includes(head)) action = head;
    else
      for (const [index, cell] of cells.entries()) cases.push(oneCase(head, action, STANDINGS[index], cell));
  }
  return cases;
}

function oneCase(actor = '', action: string, target: string | null = null, cell: string): Case {
  return { actor, action: action as Action, target, code: CODES[cell] ?? `no code for ${cell}` };
}

let world: GroupWorld;
beforeAll(async () => {
  world = await GroupWorld.open();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A fresh group with two of each standing, so that actor and target may stand alike without being one person. */
async function stage() {
  const [owner, admin, admin2, user, user2, banned, banned2, none, none2] = (await world.people(9)) as [
    UserId,
    UserId,
    UserId,
    UserId,
    UserId,
    UserId,
    UserId,
    UserId,
    UserId,
  ];
  const groupId = await world.group({
    owner: [owner],
    admin: [admin, admin2],
    user: [user, user2],
    banned: [banned, banned2],
  });
  const actors: Record<string, UserId> = { owner, admin, user, banned, none };
  const targets: Record<string, UserId> = { owner, admin: admin2, user: user2, banned: banned2, none: none2 };
  return { groupId, actors, targets };
}

type Doing = {
  groupId: ConversationId;
  actorId: UserId;
  targetId: UserId;
  /** Something that each of them said in the group. */
  own: MessageId;
  other: MessageId;
};

async function prepare(actor: string, action: Action, target: string): Promise<Doing> {
  const { groupId, actors, targets } = await stage();
  const [actorId, targetId] = [actors[actor], targets[target]] as [UserId, UserId];
  const [own] = (await world.messages(groupId, actorId, [new Date()])) as [MessageId];
  const [other] = (await world.messages(groupId, targetId, [new Date()])) as [MessageId];
  if (action === 'send_restricted') {
    await world.database.query(`UPDATE groups SET who_can_post = 'admins' WHERE id = $1`, [groupId]);
  }
  return { groupId, actorId, targetId, own, other };
}

/** Each action by the function that people reach it through. */
const DO: Record<Action, (doing: Doing) => Promise<unknown>> = {
  read: async ({ groupId, actorId }) => {
    await getGroup(world, { groupId, viewerId: actorId });
    const [access] = await loadAccess(world.database, [{ userId: actorId, conversationId: groupId }]);
    requireReader(access);
  },
  send,
  send_restricted: send,
  react: ({ actorId, other }) => react(world, actorId, { id: other, emoji: '👍', on: true }),
  edit_own: ({ actorId, own }) => editMessage(world, actorId, own, { content: { text: 'bye' } }),
  delete_own: ({ actorId, own }) => deleteMessage(world, actorId, own),
  delete_other: ({ actorId, other }) => deleteMessage(world, actorId, other),
  leave: (doing) => leaveGroup(world, doing),
  add: (doing) => addMember(world, doing),
  invite: (doing) => createInvite(world, { groupId: doing.groupId, actorId: doing.actorId }),
  kick: (doing) => kickMember(world, doing),
  ban: (doing) => banMember(world, doing),
  unban: (doing) => unbanMember(world, doing),
  set_photo: (doing) => changeGroup(world, { ...doing, patch: { photo_media_id: null } }),
  pin: ({ actorId, other }) => setPinned(world, actorId, other, true),
  read_audit: (doing) => listAudit(world, { ...doing, limit: 10 }),
  set_rules: (doing) => changeGroup(world, { ...doing, patch: { access: 'open' } }),
  promote: (doing) => promoteMember(world, doing),
  demote: (doing) => demoteMember(world, doing),
  transfer: (doing) => transferGroup(world, doing),
  delete_group: (doing) => deleteGroup(world, doing),
};

async function send({ groupId, actorId }: Doing): Promise<unknown> {
  const [access] = await loadAccess(world.database, [{ userId: actorId, conversationId: groupId }]);
  if (!access) throw new Error('no access');
  const sender = { ...access, userId: actorId, conversationId: groupId };
  return sendMessage(new MessageWriter(world), sender, { type: 'text', content: { text: 'hello' } });
}

test('GRP-1 the grids name every action of the rights table, for every standing', () => {
  const cases = readGrids();
  expect([...new Set(cases.map(({ action }) => action))].sort()).toEqual([...ACTIONS].sort());
  expect(cases).toHaveLength(13 * 5 + 8 * 25);
  expect(cases.filter(({ code }) => code.startsWith('no code'))).toEqual([]);
});

test('GRP-1 every role may do to every role what the grids say, and is refused the rest with their code', async () => {
  const wrong: string[] = [];
  const check = async ({ actor, action, target, code }: Case) => {
    const doing = await prepare(actor, action, target ?? 'none');
    const before = await rowsOf(doing.groupId);
    const given = await codeOf(DO[action](doing));
    if (given !== code) wrong.push(`${actor} ${action} ${target ?? ''}: ${given}, not ${code}`);
    if (given !== 'ok' && (await rowsOf(doing.groupId)) !== before)
      wrong.push(`${actor} ${action} ${target ?? ''}: refused, yet it did something`);
  };
  const waiting = readGrids();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) await check(next);
    }),
  );
  expect(wrong).toEqual([]);
});

async function rowsOf(groupId: ConversationId): Promise<string> {
  const rows = await world.database.query(
    `SELECT to_jsonb(c) AS c, to_jsonb(g) AS g,
            (SELECT jsonb_agg(to_jsonb(m) ORDER BY m.user_id) FROM members m WHERE m.conversation_id = c.id) AS m,
            (SELECT jsonb_agg(to_jsonb(b) ORDER BY b.user_id) FROM bans b WHERE b.group_id = c.id) AS b,
            (SELECT count(*) FROM invites i WHERE i.group_id = c.id) AS i,
            (SELECT count(*) FROM audit_entries a WHERE a.group_id = c.id) AS a
     FROM conversations c JOIN groups g ON g.id = c.id WHERE c.id = $1`,
    [groupId],
  );
  return JSON.stringify(rows);
}
