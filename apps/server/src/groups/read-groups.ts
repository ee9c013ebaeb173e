import { type ConversationId, type GroupObject, requireRight, type UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { loadGroupObjects, requireGroupObject } from './group-object.ts';
import { type Page, toPage } from './page.ts';

type Deps = { database: Queries };

/**
 * One group. Whoever is not in it sees it where it is open, with `role` null (spec GRP-5).
 *
 * @throws {Refusal} not_found, not_member, banned
 */
export async function getGroup(
  deps: Deps,
  { groupId, viewerId }: { groupId: ConversationId; viewerId: UserId },
): Promise<GroupObject> {
  const group = await requireGroupObject(deps.database, groupId, viewerId);
  if (group.role !== null || group.access === 'invite') requireRight(group.role ?? 'none', 'read');
  return group;
}

/** The groups that somebody is in, by id; `after` is the id of the last one seen. */
export async function listGroups(
  deps: Deps,
  { userId, after, limit }: { userId: UserId; after?: ConversationId | undefined; limit: number },
): Promise<Page<GroupObject, ConversationId>> {
  const rows = await deps.database.query<{ id: ConversationId }>(
    `SELECT g.id FROM members m JOIN groups g ON g.id = m.conversation_id
     WHERE m.user_id = $1 AND ($2::uuid IS NULL OR m.conversation_id > $2)
     ORDER BY m.conversation_id LIMIT $3`,
    [userId, after ?? null, limit + 1],
  );
  const { items, next } = toPage(
    rows,
    limit,
    (row) => row.id,
    (row) => row.id,
  );
  return { items: await loadGroupObjects(deps.database, items, userId), next };
}
