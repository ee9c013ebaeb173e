import { type ConversationId, type MessageId, type ReceiptObject, Refusal, type UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';

/** `viewerId`: who gets the counts, the sender unless named. */
type Wanted = { conversation: { id: ConversationId }; seq: number; senderId: UserId; viewerId?: UserId };
export type ReceiptCounts = { delivered: number; read: number; of: number };

/**
 * A room's members are read once, however many of its messages are asked about: few marks differ. Who blocks the viewer
 * is a member whose marks do not count (spec SIG-4).
 */
const COUNTS = `
  WITH marks AS MATERIALIZED (
    SELECT conversation_id, delivered_seq, read_seq, count(*) AS members FROM members
    WHERE conversation_id = ANY($1::uuid[]) GROUP BY 1, 2, 3)
  SELECT (coalesce(sum(m.members) FILTER (WHERE m.delivered_seq >= k.seq), 0)
          - coalesce(own.delivered_seq >= k.seq, false)::integer - hidden.delivered)::integer AS delivered,
         (coalesce(sum(m.members) FILTER (WHERE m.read_seq >= k.seq), 0)
          - coalesce(own.read_seq >= k.seq, false)::integer - hidden.read)::integer AS read,
         (coalesce(sum(m.members), 0) - (own.user_id IS NOT NULL)::integer)::integer AS of
  FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[]) WITH ORDINALITY
    AS k (conversation_id, seq, sender_id, viewer_id, ord)
  LEFT JOIN marks m ON m.conversation_id = k.conversation_id
  LEFT JOIN members own ON own.conversation_id = k.conversation_id AND own.user_id = k.sender_id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE h.delivered_seq >= k.seq) AS delivered,
           count(*) FILTER (WHERE h.read_seq >= k.seq) AS read
    FROM blocks b JOIN members h ON h.conversation_id = k.conversation_id AND h.user_id = b.user_id
    WHERE b.blocked_id = k.viewer_id AND b.user_id <> k.sender_id) hidden
  GROUP BY k.ord, k.seq, own.user_id, own.delivered_seq, own.read_seq, hidden.delivered, hidden.read ORDER BY k.ord`;

/** How many members other than the sender have what was sent: a count each, in the order asked. */
export async function summarizeReceipts<Ask extends Wanted>(
  queries: Queries,
  wanted: readonly Ask[],
): Promise<(Ask & ReceiptCounts)[]> {
  const rows = await queries.query<ReceiptCounts>(COUNTS, [
    wanted.map((ask) => ask.conversation.id),
    wanted.map((ask) => ask.seq),
    wanted.map((ask) => ask.senderId),
    wanted.map((ask) => ask.viewerId ?? ask.senderId),
  ]);
  return wanted.flatMap((ask, index) => {
    const counts = rows[index];
    return counts ? [{ ...ask, delivered: counts.delivered, read: counts.read, of: counts.of }] : [];
  });
}

type PlaceRow = { conversation_id: ConversationId; seq: string; sender_id: UserId };
type MemberRow = { user_id: string; delivered_seq: string; read_seq: string };

export type MessageReceipts = ReceiptCounts & {
  members: ReceiptObject[];
  /** The last member's id where there are more. */
  next: string | null;
};

/** Who has a message: counts of all other members, and a page of them in the order of their ids. @throws {Refusal} not_found */
export async function loadMessageReceipts(
  queries: Queries,
  readerId: UserId,
  id: MessageId,
  page: { limit: number; after: string | null },
): Promise<MessageReceipts> {
  const [place] = await queries.query<PlaceRow>(
    `SELECT m.conversation_id, m.seq, m.sender_id FROM messages m
     JOIN members r ON r.conversation_id = m.conversation_id AND r.user_id = $2 WHERE m.id = $1`,
    [id, readerId],
  );
  if (!place) throw new Refusal('not_found', 'There is no such message in your conversations.');
  const seq = Number(place.seq);
  const conversation = { id: place.conversation_id };
  const [counts] = await summarizeReceipts(queries, [
    { conversation, seq, senderId: place.sender_id, viewerId: readerId },
  ]);
  const rows = await queries.query<MemberRow>(
    `SELECT user_id, delivered_seq, read_seq FROM members
     WHERE conversation_id = $1 AND user_id <> $2 AND ($3::uuid IS NULL OR user_id > $3)
       AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocked_id = $5 AND b.user_id = members.user_id)
     ORDER BY user_id LIMIT $4`,
    [place.conversation_id, place.sender_id, page.after, page.limit + 1, readerId],
  );
  const shown = rows.slice(0, page.limit);
  return {
    delivered: counts?.delivered ?? 0,
    read: counts?.read ?? 0,
    of: counts?.of ?? 0,
    members: shown.map((row) => ({
      user_id: row.user_id,
      delivered_seq: Number(row.delivered_seq),
      read_seq: Number(row.read_seq),
    })),
    next: rows.length > page.limit ? (shown.at(-1)?.user_id ?? null) : null,
  };
}
