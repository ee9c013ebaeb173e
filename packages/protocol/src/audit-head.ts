/** Where an audit log ends: how many entries it has, and the hash of the last one. */
export type AuditHead = { count: number; hash: string };

const SHARED = /^Audit log of this group: ([1-9]\d{0,8}) (?:entry|entries), last hash ([0-9a-f]{64})$/;

/** The message that shares a head with the group, so that every client can compare with it (spec AUDIT-6). */
export function auditHeadText({ count, hash }: AuditHead): string {
  return `Audit log of this group: ${count} ${count === 1 ? 'entry' : 'entries'}, last hash ${hash}`;
}

/** The head that a message shares, undefined where it is any other message. */
export function readAuditHead(text: string): AuditHead | undefined {
  const [, count, hash] = SHARED.exec(text.trim()) ?? [];
  return count === undefined || hash === undefined ? undefined : { count: Number(count), hash };
}
