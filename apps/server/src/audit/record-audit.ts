import {
  type Action,
  AUDIT_GENESIS_HASH,
  type AuditEntryObject,
  auditHashInput,
  type ConversationId,
  type UserId,
} from '@tpx/protocol';
import type { Queries } from '../db/database.ts';

/** What is kept of a group for whoever has to answer for it (spec AUDIT-3). */
export type AuditedAction = Extract<
  Action,
  'kick' | 'ban' | 'unban' | 'promote' | 'demote' | 'transfer' | 'set_rules' | 'delete_other' | 'delete_group'
>;

export type AuditRecord = {
  groupId: ConversationId;
  actorId: UserId;
  action: AuditedAction;
  targetId: UserId | null;
  /** JSON that reads the same after a round trip: no undefined, no dates. */
  details: Record<string, unknown>;
};

/**
 * Appends an entry to a group's chain, in the transaction of what it tells of. The caller MUST hold the conversation's
 * lock: it is what makes number and predecessor unique.
 */
export async function recordAudit(tx: Queries, record: AuditRecord): Promise<AuditEntryObject> {
  // Milliseconds, as they are hashed; the column could hold more. By the clock of Postgres: a node's may be wrong.
  const [last] = await tx.query<{ at: Date; number: string | null; hash: string | null }>(
    `SELECT date_trunc('milliseconds', clock_timestamp()) AS at, e.number, e.hash
     FROM (SELECT) one LEFT JOIN LATERAL (
       SELECT number, hash FROM audit_entries WHERE group_id = $1 ORDER BY number DESC LIMIT 1
     ) e ON true`,
    [record.groupId],
  );
  if (!last) throw new Error('PostgreSQL returned no row.');
  const { at } = last;
  const number = Number(last.number ?? 0) + 1;
  const entry: Omit<AuditEntryObject, 'hash'> = {
    id: Bun.randomUUIDv7(),
    at: at.toISOString(),
    actor_id: record.actorId,
    action: record.action,
    target_id: record.targetId,
    details: record.details,
    prev_hash: last.hash ?? AUDIT_GENESIS_HASH,
  };
  const hash = sha256(auditHashInput(entry));
  await tx.query(
    `INSERT INTO audit_entries (group_id, number, id, at, actor_id, action, target_id, details, prev_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      record.groupId,
      number,
      entry.id,
      at,
      entry.actor_id,
      entry.action,
      entry.target_id,
      entry.details,
      entry.prev_hash,
      hash,
    ],
  );
  return { ...entry, hash };
}

function sha256(text: string): string {
  return new Bun.CryptoHasher('sha256').update(text).digest('hex');
}
