import type { AuditEntryObject } from './objects.ts';

/** What the first entry of a group names as its predecessor. */
export const AUDIT_GENESIS_HASH = '0'.repeat(64);

/**
 * The bytes that an entry's hash covers (spec AUDIT-2): the JSON of its fields in this order, `details` with its keys
 * sorted at every depth. SHA-256 of these in UTF-8, in lower-case hexadecimal, is `hash`.
 */
export function auditHashInput(entry: Omit<AuditEntryObject, 'hash'>): string {
  const { prev_hash, id, at, actor_id, action, target_id, details } = entry;
  return JSON.stringify([prev_hash, id, at, actor_id, action, target_id, sortKeys(details)]);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}

/**
 * Walks entries from the oldest: the index of the first that does not follow from the one before or whose hash is not
 * that of its fields, or -1 where all hold. `sha256` gives lower-case hexadecimal.
 */
export async function findBrokenAuditEntry(
  entries: readonly AuditEntryObject[],
  sha256: (text: string) => string | Promise<string>,
  previousHash: string = AUDIT_GENESIS_HASH,
): Promise<number> {
  let expected = previousHash;
  for (const [index, entry] of entries.entries()) {
    if (entry.prev_hash !== expected || (await sha256(auditHashInput(entry))) !== entry.hash) return index;
    expected = entry.hash;
  }
  return -1;
}
