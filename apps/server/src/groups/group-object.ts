import { type ConversationId, type GroupObject, Refusal, type Role, type UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';

type GroupRow = {
  id: string;
  name: string;
  description: string;
  owner_id: string;
  admins: string[];
  access: GroupObject['access'];
  who_can_post: GroupObject['who_can_post'];
  messages_retention: string | null;
  upload_max_bytes: string;
  member_count: number;
  first_seq: string;
  last_seq: string;
  role: Role | null;
  created_at: Date;
  updated_at: Date;
};

const GROUPS = `
  SELECT g.id, g.name, g.description, g.owner_id, g.access, g.who_can_post, g.messages_retention, g.upload_max_bytes,
         g.member_count, g.created_at, g.updated_at, c.first_seq, c.last_seq,
         ARRAY(SELECT s.user_id FROM members s WHERE s.conversation_id = g.id AND s.role = 'admin'
               ORDER BY s.joined_at, s.user_id) AS admins,
         coalesce(v.role, CASE WHEN b.user_id IS NOT NULL THEN 'banned' END) AS role
  FROM unnest($1::uuid[]) WITH ORDINALITY AS k (id, ord)
  JOIN groups g ON g.id = k.id
  JOIN conversations c ON c.id = g.id
  LEFT JOIN members v ON v.conversation_id = g.id AND v.user_id = $2
  LEFT JOIN bans b ON b.group_id = g.id AND b.user_id = $2
  ORDER BY k.ord`;

/**
 * Groups as `viewerId` sees them, `role` being theirs; with null, as nobody in particular. In the order of `ids`,
 * without those that are gone. Whether the viewer may see them is the caller's to decide.
 */
export async function loadGroupObjects(
  queries: Queries,
  ids: readonly ConversationId[],
  viewerId: UserId | null,
): Promise<GroupObject[]> {
  if (ids.length === 0) return [];
  const rows = await queries.query<GroupRow>(GROUPS, [ids, viewerId]);
  return rows.map(toGroupObject);
}

export async function loadGroupObject(
  queries: Queries,
  groupId: ConversationId,
  viewerId: UserId | null,
): Promise<GroupObject | undefined> {
  const [group] = await loadGroupObjects(queries, [groupId], viewerId);
  return group;
}

/** @throws {Refusal} not_found */
export async function requireGroupObject(
  queries: Queries,
  groupId: ConversationId,
  viewerId: UserId,
): Promise<GroupObject> {
  const group = await loadGroupObject(queries, groupId, viewerId);
  if (!group) throw new Refusal('not_found', 'There is no such group.');
  return group;
}

function toGroupObject(row: GroupRow): GroupObject {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    // Until there are media, no group has one.
    photo: null,
    owner_id: row.owner_id,
    admins: row.admins,
    access: row.access,
    who_can_post: row.who_can_post,
    messages_retention: row.messages_retention === null ? null : Number(row.messages_retention),
    upload_max_bytes: Number(row.upload_max_bytes),
    member_count: row.member_count,
    first_seq: Number(row.first_seq),
    last_seq: Number(row.last_seq),
    role: row.role,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
