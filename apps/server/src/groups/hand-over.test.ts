import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { ConversationId, UserId } from '@tpx/protocol';
import { readAudit } from '../audit/read-audit.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import { addMember } from './add-member.ts';
import { codeOf, GroupWorld, RecordingAnnouncer } from './group-world.fixture.ts';
import { handOverGroups } from './hand-over.ts';

let world: GroupWorld;
beforeAll(async () => {
  world = await GroupWorld.open(20);
});
afterAll(() => world[Symbol.asyncDispose]());

/** As the deletion of an account does it. */
async function deleteAccount(userId: UserId): Promise<Pick<RecordingAnnouncer, 'entries' | 'changes'>> {
  const announcer = new RecordingAnnouncer();
  await announceAfterCommit({ database: world.database, announcer }, async (tx, later) => {
    await handOverGroups(tx, later, userId);
    await tx.query('UPDATE users SET deleted_at = now(), username = NULL, pin = NULL WHERE id = $1', [
      userId,
    ]);
  });
  return announcer;
}

const people = async () => (await world.people(4)) as [UserId, UserId, UserId, UserId];

test('GRP-12 a deleted owner’s group goes to the admin who is in longest', async () => {
  const [owner, first, second, user] = await people();
  const groupId = await world.group({ owner: [owner], admin: [second, first], user: [user] });
  await world.database.query(`UPDATE members SET joined_at = now() - interval '1 day' WHERE user_id = $1`, [
    user,
  ]);
  const { entries, changes } = await deleteAccount(owner);
  expect(await world.roleOf(groupId, second)).toBe('owner');
  expect(await world.roleOf(groupId, owner)).toBe('none');
  expect(await world.census(groupId)).toEqual({ counted: 3, members: 3, lastSeq: 2, seqs: [1, 2] });
  expect(entries.map((entry) => JSON.parse(entry.payload).message.content)).toEqual([
    { event: 'member_left', actor_id: owner, user_id: owner },
    { event: 'owner_changed', actor_id: owner, user_id: second, role: 'owner' },
  ]);
  expect(changes.filter((change) => change.type === 'standing')).toMatchObject([
    { conversationId: groupId, userId: owner, standing: 'none', reason: 'left' },
    { conversationId: groupId, userId: second, standing: 'owner', reason: 'role' },
  ]);
  expect(await readAudit(world.database, groupId, 0, 10)).toMatchObject([
    { entry: { action: 'transfer', target_id: second, details: { because: 'account_deleted' } } },
  ]);
});

test('GRP-12 without an admin it goes to the member who is in longest, and without a member it is deleted', async () => {
  const [owner, second, first] = await people();
  const withMembers = await world.group({ owner: [owner], user: [first, second] });
  const alone = await world.group({ owner: [owner] });
  const { changes } = await deleteAccount(owner);
  expect(await world.roleOf(withMembers, first)).toBe('owner');
  expect(await world.rows('SELECT 1 FROM conversations WHERE id = $1', [alone])).toEqual([]);
  expect(changes).toContainEqual({ type: 'conversation_deleted', conversationId: alone, kind: 'group' });
  expect(await readAudit(world.database, alone, 0, 10)).toMatchObject([
    { entry: { action: 'delete_group' } },
  ]);
});

test('GRP-12 a deleted member leaves every group and keeps the DMs', async () => {
  const [owner, user, admin] = await people();
  const one = await world.group({ owner: [owner], user: [user] });
  const other = await world.group({ owner: [owner], admin: [user, admin] });
  const dmId = Bun.randomUUIDv7() as ConversationId;
  await world.database.query(`INSERT INTO conversations (id, kind) VALUES ($1, 'dm')`, [dmId]);
  await world.database.query(
    'INSERT INTO dms (id, user_a, user_b) VALUES ($1, least($2::uuid, $3::uuid), greatest($2, $3))',
    [dmId, owner, user],
  );
  await world.database.query(`INSERT INTO members (conversation_id, user_id, role) VALUES ($1, $2, 'user')`, [
    dmId,
    user,
  ]);
  const { entries } = await deleteAccount(user);
  expect(entries).toHaveLength(2);
  expect(await world.census(one)).toMatchObject({ counted: 1, members: 1 });
  expect(await world.census(other)).toMatchObject({ counted: 2, members: 2 });
  expect(await world.rows('SELECT conversation_id FROM members WHERE user_id = $1', [user])).toMatchObject([
    { conversation_id: dmId },
  ]);
});

test('GRP-4 who is added while their account is being deleted does not come in', async () => {
  const [owner, user] = await people();
  const groupId = await world.group({ owner: [owner] });
  const adding = await world.database.transaction(async (tx) => {
    await handOverGroups(tx, new RecordingAnnouncer(), user);
    await tx.query('UPDATE users SET deleted_at = now(), username = NULL WHERE id = $1', [user]);
    const outcome = codeOf(addMember(world, { groupId, actorId: owner, targetId: user }));
    // The deletion commits once the addition waits for it.
    const waiting = `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                     WHERE NOT l.granted AND a.datname = current_database()`;
    while ((await world.rows(waiting)).length === 0);
    return { outcome };
  });
  expect(await adding.outcome).toBe('not_found');
  expect(await world.roleOf(groupId, user)).toBe('none');
});

test('GRP-4 deletions of people who share groups, and additions of them meanwhile, neither lock up nor leave traces', async () => {
  const owners = await world.people(6);
  const keeper = await world.person('keeper');
  // Each owns one group in which all are, so every deletion wants every lock.
  const groups = await Promise.all(
    owners.map((owner) =>
      world.group({ owner: [owner], admin: [keeper], user: owners.filter((other) => other !== owner) }),
    ),
  );
  const apart = await Promise.all(Array.from({ length: 6 }, () => world.group({ owner: [keeper] })));
  await Promise.all([
    ...owners.map(async (owner) => {
      // Refused where an addition was faster, as the caller is told to expect: then once more.
      while ((await codeOf(deleteAccount(owner))) === 'conflict');
    }),
    ...apart.flatMap((groupId) =>
      owners.map((targetId) => codeOf(addMember(world, { groupId, actorId: keeper, targetId }))),
    ),
  ]);
  expect(await world.rows('SELECT 1 FROM members WHERE user_id = ANY ($1::uuid[])', [owners])).toEqual([]);
  for (const groupId of groups) {
    expect(await world.roleOf(groupId, keeper)).toBe('owner');
    const { counted, members, lastSeq, seqs } = await world.census(groupId);
    expect({ counted, members }).toEqual({ counted: 1, members: 1 });
    expect(seqs).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
  }
  for (const groupId of apart) expect(await world.census(groupId)).toMatchObject({ counted: 1, members: 1 });
});
