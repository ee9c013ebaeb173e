import type { ConversationId, GroupObject, UserId } from '@tpx/protocol';
import { recordAudit } from '../audit/record-audit.ts';
import type { Database, Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendNotice } from '../messages/append.ts';
import { authorizeTowards } from './authorize.ts';
import { requireGroupObject } from './group-object.ts';
import { announceStanding } from './membership.ts';

type Deps = { database: Database; announcer: Announcer };

/**
 * Gives the group to another member; whoever owned it stays as an admin.
 *
 * @throws {Refusal} not_found, not_member, banned, forbidden; conflict for who is not in the group
 */
export function transferGroup(
  deps: Deps,
  { groupId, actorId, targetId }: { groupId: ConversationId; actorId: UserId; targetId: UserId },
): Promise<GroupObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    await authorizeTowards(tx, groupId, actorId, 'transfer', targetId);
    await tx.query(`UPDATE members SET role = 'admin' WHERE conversation_id = $1 AND user_id = $2`, [
      groupId,
      actorId,
    ]);
    await makeOwner(tx, groupId, targetId);
    await recordAudit(tx, { groupId, actorId, action: 'transfer', targetId, details: {} });
    later.logged(
      await appendNotice(tx, groupId, {
        event: 'owner_changed',
        actor_id: actorId,
        user_id: targetId,
        role: 'owner',
      }),
    );
    announceStanding(later, groupId, actorId, 'admin', 'role');
    announceStanding(later, groupId, targetId, 'owner', 'role');
    return requireGroupObject(tx, groupId, actorId);
  });
}

/** Makes a member the owner; the caller sees to whoever was it before. */
export async function makeOwner(tx: Queries, groupId: ConversationId, userId: UserId): Promise<void> {
  await tx.query(
    `WITH risen AS (
       UPDATE members SET role = 'owner' WHERE conversation_id = $1 AND user_id = $2
     )
     UPDATE groups SET owner_id = $2, updated_at = now() WHERE id = $1`,
    [groupId, userId],
  );
}
