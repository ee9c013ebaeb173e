import { type ConversationId, type GroupObject, Refusal, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { requireGroupObject } from './group-object.ts';
import { lockGroup } from './group-state.ts';
import { spendInvite } from './invites.ts';
import { admitMember } from './membership.ts';

type Deps = { database: Database; announcer: Announcer };
type Join = { groupId: ConversationId; actorId: UserId; invite?: string | undefined };

/**
 * Comes into an open group, or with an invite into any. A member who joins again gets the group as it is: a client
 * may repeat the call whose answer it lost. An open group takes no invite, so none is used up.
 *
 * @throws {Refusal} not_found, banned, expired; forbidden without an invite; conflict where the group is full
 */
export function joinGroup(deps: Deps, { groupId, actorId, invite }: Join): Promise<GroupObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    const group = await lockGroup(tx, groupId, actorId);
    if (group.actor === 'banned') throw new Refusal('banned');
    if (group.actor === 'none') {
      if (group.access === 'invite') {
        if (!invite)
          throw new Refusal(
            'forbidden',
            'This group is by invitation. Ask its owner or an admin for an invite.',
          );
        await spendInvite(tx, groupId, invite);
      }
      await admitMember(tx, later, group, actorId, actorId);
    }
    return requireGroupObject(tx, groupId, actorId);
  });
}
