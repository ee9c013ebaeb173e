import { type ConversationId, type GroupObject, Refusal, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { authorizeTowards } from './authorize.ts';
import { requireGroupObject } from './group-object.ts';
import { admitMember } from './membership.ts';

/** What the person in `$2` has said about being brought in. */
const WISH = `
  SELECT EXISTS (SELECT 1 FROM blocks WHERE user_id = $2 AND blocked_id = $3) AS blocks,
         EXISTS (SELECT 1 FROM departures WHERE group_id = $1 AND user_id = $2) AS left`;

type Deps = { database: Database; announcer: Announcer };

/**
 * Brings somebody in, without asking them: so anyone who blocks the actor is out of reach, and so is anyone who has left, until
 * they come back by themselves.
 *
 * @throws {Refusal} not_found, not_member, banned, forbidden, blocked; conflict for a member, or where the group is full
 */
export function addMember(
  deps: Deps,
  { groupId, actorId, targetId }: { groupId: ConversationId; actorId: UserId; targetId: UserId },
): Promise<GroupObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    const group = await authorizeTowards(tx, groupId, actorId, 'add', targetId);
    const [wish] = await tx.query<{ blocks: boolean; left: boolean }>(WISH, [groupId, targetId, actorId]);
    if (wish?.blocks) throw new Refusal('blocked', 'This person blocks you, so you cannot add them.');
    if (wish?.left)
      throw new Refusal(
        'conflict',
        'This person has left the group, and only they decide to come back. Send them an invite.',
      );
    await admitMember(tx, later, group, targetId, actorId);
    return requireGroupObject(tx, groupId, actorId);
  });
}
