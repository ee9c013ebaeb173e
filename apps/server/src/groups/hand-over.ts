import { type ConversationId, type ConversationKind, Refusal, type UserId } from '@tpx/protocol';
import { recordAudit } from '../audit/record-audit.ts';
import type { Queries } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendNotice } from '../messages/append.ts';
import { eraseConversation } from './delete-group.ts';
import { makeOwner } from './transfer-group.ts';

/**
 * Takes somebody out of every group, in the transaction that deletes their account: what they own goes to the admin
 * who is in longest, else to the member who is, else it is gone. DMs stay.
 *
 * MUST come before whatever else the transaction locks of the account: groups before people, everywhere (spec GRP-4).
 *
 * @throws {Refusal} conflict where somebody adds them to a group meanwhile: try again
 */
export async function handOverGroups(tx: Queries, later: Announcer, userId: UserId): Promise<void> {
  for (const { groupId, owned } of await leaveAllGroups(tx, userId)) {
    later.changed({
      type: 'standing',
      conversationId: groupId,
      kind: 'group',
      userId,
      standing: 'none',
      reason: 'left',
    });
    const heir = owned ? await findHeir(tx, groupId) : undefined;
    if (owned && !heir) {
      await recordAudit(tx, {
        groupId,
        actorId: userId,
        action: 'delete_group',
        targetId: null,
        details: DELETION,
      });
      await eraseConversation(tx, groupId);
      later.changed({ type: 'conversation_deleted', conversationId: groupId, kind: 'group' });
      continue;
    }
    later.logged(
      await appendNotice(tx, groupId, { event: 'member_left', actor_id: userId, user_id: userId }),
    );
    if (heir) await crown(tx, later, groupId, heir, userId);
    later.changed({ type: 'conversation_updated', conversationId: groupId });
  }
  await requireInNoGroup(tx, userId);
}

const DELETION = { because: 'account_deleted' };

async function leaveAllGroups(
  tx: Queries,
  userId: UserId,
): Promise<{ groupId: ConversationId; owned: boolean }[]> {
  // DMs are locked with them, though nobody leaves one: the end of the account bumps the version of their rights.
  const locked = await tx.query<{ id: ConversationId; kind: ConversationKind }>(
    `SELECT c.id, c.kind FROM conversations c JOIN members m ON m.conversation_id = c.id
     WHERE m.user_id = $1 ORDER BY c.id FOR UPDATE OF c`,
    [userId],
  );
  // Only what is read from here on is true: the wait for a lock may have outlasted a membership.
  const left = await tx.query<{ conversation_id: ConversationId; role: string }>(
    `WITH removed AS (
       DELETE FROM members WHERE user_id = $1 AND conversation_id = ANY ($2::uuid[]) RETURNING conversation_id, role
     ), counted AS (
       UPDATE groups g SET member_count = g.member_count - 1 FROM removed r WHERE g.id = r.conversation_id
     ), forgotten AS (
       DELETE FROM unread_mentions WHERE user_id = $1 AND conversation_id = ANY ($2::uuid[])
     )
     SELECT conversation_id, role FROM removed ORDER BY conversation_id`,
    [userId, locked.filter(({ kind }) => kind === 'group').map(({ id }) => id)],
  );
  return left.map((row) => ({ groupId: row.conversation_id, owned: row.role === 'owner' }));
}

async function findHeir(tx: Queries, groupId: ConversationId): Promise<UserId | undefined> {
  const [heir] = await tx.query<{ user_id: UserId }>(
    `SELECT user_id FROM members WHERE conversation_id = $1
     ORDER BY role = 'admin' DESC, joined_at, user_id LIMIT 1`,
    [groupId],
  );
  return heir?.user_id;
}

async function crown(
  tx: Queries,
  later: Announcer,
  groupId: ConversationId,
  heir: UserId,
  actorId: UserId,
): Promise<void> {
  await makeOwner(tx, groupId, heir);
  await recordAudit(tx, { groupId, actorId, action: 'transfer', targetId: heir, details: DELETION });
  later.logged(
    await appendNotice(tx, groupId, {
      event: 'owner_changed',
      actor_id: actorId,
      user_id: heir,
      role: 'owner',
    }),
  );
  later.changed({
    type: 'standing',
    conversationId: groupId,
    kind: 'group',
    userId: heir,
    standing: 'owner',
    reason: 'role',
  });
}

/** From this lock on nobody can add them; whoever did before it has committed and is seen. */
async function requireInNoGroup(tx: Queries, userId: UserId): Promise<void> {
  await tx.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [userId]);
  const rows = await tx.query(
    'SELECT 1 FROM members m JOIN groups g ON g.id = m.conversation_id WHERE m.user_id = $1 LIMIT 1',
    [userId],
  );
  if (rows.length > 0) throw new Refusal('conflict', 'Somebody has just added you to a group. Try again.');
}
