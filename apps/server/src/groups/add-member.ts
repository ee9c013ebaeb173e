import { type ConversationId, type GroupObject, Refusal, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { authorizeTowards } from './authorize.ts';
import { requireGroupObject } from './group-object.ts';
import { admitMember } from './membership.ts';

type Deps = { database: Database; announcer: Announcer };

/**
 * Brings somebody in, without asking them: so whoever blocks the actor is out of reach.
 *
 * @throws {Refusal} not_found, not_member, banned, forbidden, blocked; conflict for a member, or where the group is full
 */
export function addMember(
  deps: Deps,
  { groupId, actorId, targetId }: { groupId: ConversationId; actorId: UserId; targetId: UserId },
): Promise<GroupObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    const group = await authorizeTowards(tx, groupId, actorId, 'add', targetId);
    const blocks = await tx.query('SELECT 1 FROM blocks WHERE user_id = $1 AND blocked_id = $2', [
      targetId,
      actorId,
    ]);
    if (blocks.length > 0) throw new Refusal('blocked', 'This person blocks you, so you cannot add them.');
    await admitMember(tx, later, group, targetId, actorId);
    return requireGroupObject(tx, groupId, actorId);
  });
}
