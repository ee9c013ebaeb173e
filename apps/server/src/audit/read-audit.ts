import type { AuditEntryObject, ConversationId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';

type AuditRow = {
  number: string;
  id: string;
  at: Date;
  actor_id: string;
  action: string;
  target_id: string | null;
  details: Record<string, unknown>;
  prev_hash: string;
  hash: string;
};

/** An entry and its place in the chain, 1 being the first. */
export type NumberedAuditEntry = { number: number; entry: AuditEntryObject };

/**
 * At most `limit` entries after number `after`, the oldest first, so that whoever pages through them can check each
 * against the one before (spec AUDIT-4). Who may read them is the caller's to decide.
 */
export async function readAudit(
  queries: Queries,
  groupId: ConversationId,
  after: number,
  limit: number,
): Promise<NumberedAuditEntry[]> {
  const rows = await queries.query<AuditRow>(
    `SELECT number, id, at, actor_id, action, target_id, details, prev_hash, hash
     FROM audit_entries WHERE group_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [groupId, after, limit],
  );
  return rows.map(({ number, at, ...entry }) => ({
    number: Number(number),
    entry: { ...entry, at: at.toISOString() },
  }));
}
