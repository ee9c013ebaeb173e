import { type ConversationId, type GroupObject, LIMITS, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { requireGroupObject } from './group-object.ts';
import { announceStanding, requirePerson } from './membership.ts';

type Deps = { database: Database; announcer: Announcer };
type NewGroup = { actorId: UserId; name: string; description?: string | undefined };

/** A group with one member, its owner; others come by invitation until its rules say otherwise. */
export function createGroup(deps: Deps, { actorId, name, description = '' }: NewGroup): Promise<GroupObject> {
  const id = Bun.randomUUIDv7() as ConversationId;
  return announceAfterCommit(deps, async (tx, later) => {
    await requirePerson(tx, actorId);
    await tx.query(`INSERT INTO conversations (id, kind) VALUES ($1, 'group')`, [id]);
    await tx.query(
      `INSERT INTO groups (id, name, description, owner_id, upload_max_bytes, member_count)
       VALUES ($1, $2, $3, $4, $5, 1)`,
      [id, name, description, actorId, LIMITS.uploadDefaultMaxBytes],
    );
    await tx.query(`INSERT INTO members (conversation_id, user_id, role) VALUES ($1, $2, 'owner')`, [
      id,
      actorId,
    ]);
    const group = await requireGroupObject(tx, id, actorId);
    announceStanding(later, id, actorId, 'owner', 'joined');
    later.signalUser(actorId, 'conversation_added', { conversation: { kind: 'group', ...group } });
    return group;
  });
}
