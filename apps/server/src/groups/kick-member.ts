import type { ConversationId, GroupObject, UserId } from '@tpx/protocol';
import { recordAudit } from '../audit/record-audit.ts';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { authorizeTowards } from './authorize.ts';
import { requireGroupObject } from './group-object.ts';
import { removeMember } from './membership.ts';

type Deps = { database: Database; announcer: Announcer };
export type Removal = {
  groupId: ConversationId;
  actorId: UserId;
  targetId: UserId;
  reason?: string | undefined;
};

/** Puts a member out; they may come back. @throws {Refusal} not_found, not_member, banned, forbidden, conflict */
export function kickMember(
  deps: Deps,
  { groupId, actorId, targetId, reason }: Removal,
): Promise<GroupObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    await authorizeTowards(tx, groupId, actorId, 'kick', targetId);
    await recordAudit(tx, { groupId, actorId, action: 'kick', targetId, details: reason ? { reason } : {} });
    await removeMember(tx, later, groupId, targetId, actorId, 'kicked');
    return requireGroupObject(tx, groupId, actorId);
  });
}
