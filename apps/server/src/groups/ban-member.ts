import type { GroupObject } from '@tpx/protocol';
import { recordAudit } from '../audit/record-audit.ts';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendNotice } from '../messages/append.ts';
import { authorizeTowards } from './authorize.ts';
import { requireGroupObject } from './group-object.ts';
import type { Removal } from './kick-member.ts';
import { announceStanding, removeMember, requirePerson } from './membership.ts';

type Deps = { database: Database; announcer: Announcer };

/**
 * Puts a member out, or keeps somebody out who never was in, until they are unbanned.
 *
 * @throws {Refusal} not_found, not_member, banned, forbidden; conflict for who is banned already
 */
export function banMember(deps: Deps, { groupId, actorId, targetId, reason }: Removal): Promise<GroupObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    const group = await authorizeTowards(tx, groupId, actorId, 'ban', targetId);
    await requirePerson(tx, targetId);
    await tx.query('INSERT INTO bans (group_id, user_id, banned_by, reason) VALUES ($1, $2, $3, $4)', [
      groupId,
      targetId,
      actorId,
      reason || null,
    ]);
    await recordAudit(tx, { groupId, actorId, action: 'ban', targetId, details: reason ? { reason } : {} });
    if (group.target === 'none') {
      later.logged(
        await appendNotice(tx, groupId, { event: 'member_banned', actor_id: actorId, user_id: targetId }),
      );
      announceStanding(later, groupId, targetId, 'banned', 'banned');
    } else {
      await removeMember(tx, later, groupId, targetId, actorId, 'banned');
    }
    return requireGroupObject(tx, groupId, actorId);
  });
}

/** Lets somebody come back; they are not in the group yet. @throws {Refusal} as `banMember`; conflict for who is not banned */
export function unbanMember(
  deps: Deps,
  { groupId, actorId, targetId, reason }: Removal,
): Promise<GroupObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    await authorizeTowards(tx, groupId, actorId, 'unban', targetId);
    await tx.query('DELETE FROM bans WHERE group_id = $1 AND user_id = $2', [groupId, targetId]);
    await recordAudit(tx, { groupId, actorId, action: 'unban', targetId, details: reason ? { reason } : {} });
    later.logged(
      await appendNotice(tx, groupId, { event: 'member_unbanned', actor_id: actorId, user_id: targetId }),
    );
    announceStanding(later, groupId, targetId, 'none', 'unbanned');
    return requireGroupObject(tx, groupId, actorId);
  });
}
