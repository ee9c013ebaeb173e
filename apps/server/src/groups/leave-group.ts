import type { ConversationId, GroupObject, UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { authorize } from './authorize.ts';
import { requireGroupObject } from './group-object.ts';
import { removeMember } from './membership.ts';

type Deps = { database: Database; announcer: Announcer };

/** Goes out; gives the group as it is left. @throws {Refusal} not_found, not_member, banned; conflict for the owner */
export function leaveGroup(
  deps: Deps,
  { groupId, actorId }: { groupId: ConversationId; actorId: UserId },
): Promise<GroupObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    await authorize(tx, groupId, actorId, 'leave');
    await removeMember(tx, later, groupId, actorId, actorId, 'left');
    return requireGroupObject(tx, groupId, actorId);
  });
}
