import type { AuditHead } from '@tpx/protocol';

/** A head that this device has reason to believe: it read the log up to there, or somebody shared it. */
export type WitnessedHead = AuditHead & {
  /** ISO 8601. */
  at: string;
  /** User id of who shared it in the group; null where this device read the log itself. */
  shared_by: string | null;
};

export type AuditComparison = {
  /** The longest head that the entries confirm: entries 1 to `count` are those of that time. */
  confirmed: WitnessedHead | null;
  /** Heads beyond the end of the log: entries at the end are gone. */
  cut: readonly WitnessedHead[];
  /** Heads that are within the log and differ: entries after `confirmed` and up to `count` are other ones. */
  rewritten: readonly WitnessedHead[];
};

/**
 * Compares a log whose chain holds with what was witnessed of it (spec AUDIT-6). The chain alone proves nothing against a
 * server: it can drop entries at the end, or compute the whole chain anew.
 */
export function compareAudit(
  entries: readonly { hash: string }[],
  heads: readonly WitnessedHead[],
): AuditComparison {
  const byCount = heads.toSorted((a, b) => a.count - b.count);
  const within = byCount.filter(({ count }) => count <= entries.length);
  const holds = (head: AuditHead) => entries[head.count - 1]?.hash === head.hash;
  return {
    confirmed: within.findLast(holds) ?? null,
    cut: byCount.filter(({ count }) => count > entries.length),
    rewritten: within.filter((head) => !holds(head)),
  };
}
