import {
  type ConversationId,
  type ConversationKind,
  Refusal,
  requireRight,
  rightUnderRules,
  type Standing,
  type UserId,
} from '@tpx/protocol';
import type { Queries } from '../db/database.ts';

/** What a user may do in a conversation, and how far they have it. */
export type Access = {
  kind: ConversationKind;
  standing: Standing;
  whoCanPost: 'all' | 'admins';
  /** The other side of the DM blocks this user. */
  blocked: boolean;
  /** The version of the conversation's rights that all of this was read at, or that its sender was checked at since. */
  rightsVersion: number;
  deliveredSeq: number;
  readSeq: number;
  /** The user chose to appear offline. */
  invisible: boolean;
  /** Whoever blocks this user: their presence is hidden. */
  blockers: readonly UserId[];
};

export type AccessKey = { userId: UserId; conversationId: ConversationId };

type AccessRow = {
  kind: ConversationKind | null;
  role: Standing | null;
  banned: boolean;
  who_can_post: 'all' | 'admins' | null;
  blocked: boolean;
  rights_version: number | null;
  delivered_seq: string | null;
  read_seq: string | null;
  invisible: boolean | null;
  blockers: UserId[] | null;
};

const ACCESS = `
  SELECT c.kind, c.rights_version, CASE WHEN u.deleted_at IS NULL THEN m.role END AS role, m.delivered_seq, m.read_seq, g.who_can_post, u.status_state = 'offline' AS invisible,
         b.user_id IS NOT NULL AS banned, l.user_id IS NOT NULL AS blocked,
         (SELECT array_agg(h.user_id) FROM blocks h WHERE h.blocked_id = k.user_id) AS blockers
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (user_id, conversation_id, ord)
  LEFT JOIN users u ON u.id = k.user_id
  LEFT JOIN conversations c ON c.id = k.conversation_id
  LEFT JOIN groups g ON g.id = k.conversation_id
  LEFT JOIN members m ON m.conversation_id = k.conversation_id AND m.user_id = k.user_id
  LEFT JOIN bans b ON b.group_id = k.conversation_id AND b.user_id = k.user_id
  LEFT JOIN dms d ON d.id = k.conversation_id
  LEFT JOIN blocks l ON l.blocked_id = k.user_id
    AND l.user_id = CASE k.user_id WHEN d.user_a THEN d.user_b WHEN d.user_b THEN d.user_a END
  ORDER BY k.ord`;

/** The access of each key, in their order; undefined where there is no such conversation. */
export async function loadAccess(
  queries: Queries,
  keys: readonly AccessKey[],
): Promise<(Access | undefined)[]> {
  const rows = await queries.query<AccessRow>(ACCESS, [
    keys.map((key) => key.userId),
    keys.map((key) => key.conversationId),
  ]);
  return rows.map((row) =>
    row.kind === null
      ? undefined
      : {
          kind: row.kind,
          standing: row.role ?? (row.banned ? 'banned' : 'none'),
          whoCanPost: row.who_can_post ?? 'all',
          blocked: row.blocked,
          rightsVersion: row.rights_version ?? 0,
          deliveredSeq: Number(row.delivered_seq ?? 0),
          readSeq: Number(row.read_seq ?? 0),
          invisible: row.invisible ?? false,
          blockers: row.blockers ?? [],
        },
  );
}

/** @throws {Refusal} banned, not_member, not_found */
export function requireReader<Known extends Pick<Access, 'kind' | 'standing'>>(
  access: Known | undefined,
): Known {
  if (!access) throw new Refusal('not_found', 'There is no such conversation.');
  // A DM of two other people is as good as not there.
  if (access.kind === 'dm' && access.standing === 'none')
    throw new Refusal('not_found', 'There is no such conversation.');
  requireRight(access.standing, 'read');
  return access;
}

/** What the right to write depends on, from a joined channel or from the database. */
export type Writer = Pick<Access, 'standing' | 'whoCanPost' | 'blocked' | 'rightsVersion'>;

/** @throws {Refusal} banned, not_member, forbidden, blocked */
export function requireWriter(writer: Writer): void {
  requireRight(writer.standing, rightUnderRules('send', writer.whoCanPost));
  if (writer.blocked) throw new Refusal('blocked');
}
