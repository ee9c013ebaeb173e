import { type ConversationId, Refusal, type Standing, type UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';

/** A group as a decision about it needs it: its fields, and where the two people concerned stand. */
export type GroupState = {
  id: ConversationId;
  ownerId: UserId;
  name: string;
  description: string;
  photoMediaId: string | null;
  access: 'open' | 'invite';
  whoCanPost: 'all' | 'admins';
  messagesRetention: number | null;
  uploadMaxBytes: number;
  memberCount: number;
  lastSeq: number;
  actor: Standing;
  /** `none` where nobody is acted on. */
  target: Standing;
};

type Row = {
  id: ConversationId;
  owner_id: UserId;
  name: string;
  description: string;
  photo_media_id: string | null;
  access: 'open' | 'invite';
  who_can_post: 'all' | 'admins';
  messages_retention: string | null;
  upload_max_bytes: string;
  member_count: number;
  last_seq: string;
  actor: Standing;
  target: Standing;
};

const STATE = `
  SELECT g.id, g.owner_id, g.name, g.description, g.photo_media_id, g.access, g.who_can_post, g.messages_retention,
         g.upload_max_bytes, g.member_count, c.last_seq,
         coalesce(a.role, CASE WHEN ab.user_id IS NULL THEN 'none' ELSE 'banned' END) AS actor,
         coalesce(t.role, CASE WHEN tb.user_id IS NULL THEN 'none' ELSE 'banned' END) AS target
  FROM groups g
  JOIN conversations c ON c.id = g.id
  LEFT JOIN members a ON a.conversation_id = g.id AND a.user_id = $2
  LEFT JOIN bans ab ON ab.group_id = g.id AND ab.user_id = $2
  LEFT JOIN members t ON t.conversation_id = g.id AND t.user_id = $3
  LEFT JOIN bans tb ON tb.group_id = g.id AND tb.user_id = $3
  WHERE g.id = $1`;

/**
 * The group, held until the commit: whatever changes a group, its members or its log waits for this lock, so that what
 * is read here stays true. MUST be the first thing a transaction locks, and the only conversation it locks.
 *
 * @throws {Refusal} not_found
 */
export async function lockGroup(
  tx: Queries,
  groupId: ConversationId,
  actorId: UserId,
  targetId?: UserId,
): Promise<GroupState> {
  await tx.query(`SELECT 1 FROM conversations WHERE id = $1 AND kind = 'group' FOR UPDATE`, [groupId]);
  // A statement of its own: the one that waited for the lock would still see the group as it was before the wait.
  return readGroupState(tx, groupId, actorId, targetId);
}

/** The same without a lock, for what changes nothing. @throws {Refusal} not_found */
export async function readGroupState(
  queries: Queries,
  groupId: ConversationId,
  actorId: UserId,
  targetId?: UserId,
): Promise<GroupState> {
  const [row] = await queries.query<Row>(STATE, [groupId, actorId, targetId ?? null]);
  if (!row) throw new Refusal('not_found', 'There is no such group.');
  return {
    id: row.id,
    ownerId: row.owner_id,
    name: row.name,
    description: row.description,
    photoMediaId: row.photo_media_id,
    access: row.access,
    whoCanPost: row.who_can_post,
    messagesRetention: row.messages_retention === null ? null : Number(row.messages_retention),
    uploadMaxBytes: Number(row.upload_max_bytes),
    memberCount: row.member_count,
    lastSeq: Number(row.last_seq),
    actor: row.actor,
    target: row.target,
  };
}
