import type { ConversationId, GroupObject, UserId } from '@tpx/protocol';
import { recordAudit } from '../audit/record-audit.ts';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendNotice } from '../messages/append.ts';
import { authorizeTowards } from './authorize.ts';
import { requireGroupObject } from './group-object.ts';
import { announceStanding } from './membership.ts';

type Deps = { database: Database; announcer: Announcer };
type RoleChange = { groupId: ConversationId; actorId: UserId; targetId: UserId };

/** Makes a member an admin. @throws {Refusal} not_found, not_member, banned, forbidden; conflict for who is not a plain member */
export function promoteMember(deps: Deps, change: RoleChange): Promise<GroupObject> {
  return changeRole(deps, change, 'promote', 'admin');
}

/** Makes an admin a member like others. @throws {Refusal} as `promoteMember`; conflict for who is not an admin */
export function demoteMember(deps: Deps, change: RoleChange): Promise<GroupObject> {
  return changeRole(deps, change, 'demote', 'user');
}

function changeRole(
  deps: Deps,
  { groupId, actorId, targetId }: RoleChange,
  action: 'promote' | 'demote',
  role: 'admin' | 'user',
): Promise<GroupObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    await authorizeTowards(tx, groupId, actorId, action, targetId);
    await tx.query('UPDATE members SET role = $3 WHERE conversation_id = $1 AND user_id = $2', [
      groupId,
      targetId,
      role,
    ]);
    await recordAudit(tx, { groupId, actorId, action, targetId, details: {} });
    later.logged(
      await appendNotice(tx, groupId, { event: 'admin_changed', actor_id: actorId, user_id: targetId, role }),
    );
    announceStanding(later, groupId, targetId, role, 'role');
    return requireGroupObject(tx, groupId, actorId);
  });
}
