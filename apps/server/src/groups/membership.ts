import {
  type ConversationId,
  conversationTopic,
  LIMITS,
  Refusal,
  type Standing,
  type UserId,
} from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendNotice } from '../messages/append.ts';
import { requireGroupObject } from './group-object.ts';
import type { GroupState } from './group-state.ts';

/**
 * Holds a person's account as it is until the commit, so that nobody comes in who is being deleted. Comes after the
 * group's lock: groups before people, everywhere (spec GRP-4).
 *
 * @throws {Refusal} not_found
 */
export async function requirePerson(tx: Queries, userId: UserId): Promise<void> {
  const rows = await tx.query('SELECT 1 FROM users WHERE id = $1 AND deleted_at IS NULL FOR KEY SHARE', [
    userId,
  ]);
  if (rows.length === 0) throw new Refusal('not_found', 'There is no such person.');
}

/**
 * Makes somebody a member of a group that the transaction holds: the row, the count, the notice, the announcements.
 * What was said before they came counts as delivered and read.
 *
 * @throws {Refusal} conflict where the group is full, not_found where the account is gone
 */
export async function admitMember(
  tx: Queries,
  later: Announcer,
  group: GroupState,
  userId: UserId,
  actorId: UserId,
): Promise<void> {
  if (group.memberCount >= LIMITS.groupMembersMax) {
    throw new Refusal('conflict', `This group is full: it has ${LIMITS.groupMembersMax} members.`);
  }
  await requirePerson(tx, userId);
  await tx.query(
    `WITH admitted AS (
       INSERT INTO members (conversation_id, user_id, role, delivered_seq, read_seq) VALUES ($1, $2, 'user', $3, $3)
     ), returned AS (
       DELETE FROM departures WHERE group_id = $1 AND user_id = $2
     )
     UPDATE groups SET member_count = member_count + 1 WHERE id = $1`,
    [group.id, userId, group.lastSeq],
  );
  later.logged(
    await appendNotice(tx, group.id, { event: 'member_joined', actor_id: actorId, user_id: userId }),
  );
  announceStanding(later, group.id, userId, 'user', 'joined');
  const conversation = await requireGroupObject(tx, group.id, userId);
  later.signalUser(userId, 'conversation_added', { conversation: { kind: 'group', ...conversation } });
}

type Parting = 'left' | 'kicked' | 'banned';

const NOTICES = { left: 'member_left', kicked: 'member_kicked', banned: 'member_banned' } as const;

/** Takes a member out of a group that the transaction holds: the row, the count, the notice, the announcements. */
export async function removeMember(
  tx: Queries,
  later: Announcer,
  groupId: ConversationId,
  userId: UserId,
  actorId: UserId,
  parting: Parting,
): Promise<void> {
  await tx.query(
    `WITH removed AS (
       DELETE FROM members WHERE conversation_id = $1 AND user_id = $2
     ), forgotten AS (
       DELETE FROM unread_mentions WHERE user_id = $2 AND conversation_id = $1
     ), departed AS (
       INSERT INTO departures (group_id, user_id) SELECT $1, $2 WHERE $3 ON CONFLICT DO NOTHING
     )
     UPDATE groups SET member_count = member_count - 1 WHERE id = $1`,
    [groupId, userId, parting === 'left'],
  );
  later.logged(
    await appendNotice(tx, groupId, { event: NOTICES[parting], actor_id: actorId, user_id: userId }),
  );
  announceStanding(later, groupId, userId, parting === 'banned' ? 'banned' : 'none', parting);
  later.signalUser(userId, 'conversation_removed', {
    topic: conversationTopic('group', groupId),
    reason: parting,
  });
}

/** Tells every node where somebody stands now, and that the group's admins or count may have changed with it. */
export function announceStanding(
  later: Announcer,
  groupId: ConversationId,
  userId: UserId,
  standing: Standing,
  reason: 'joined' | 'unbanned' | 'role' | Parting,
): void {
  later.changed({ type: 'standing', conversationId: groupId, kind: 'group', userId, standing, reason });
  later.changed({ type: 'conversation_updated', conversationId: groupId });
}
