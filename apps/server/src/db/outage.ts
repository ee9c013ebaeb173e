/** Why Postgres stores nothing although it answers, as a sentence for anyone who operates it. */
const UNWRITABLE: readonly (readonly [sqlState: RegExp, sentence: string])[] = [
  [/^25006$/, 'PostgreSQL is read-only. Nothing can be stored until it takes writes again.'],
  [/^53100$/, 'The disk of PostgreSQL is full. Nothing can be stored until there is space.'],
  [
    /^58/,
    'PostgreSQL cannot read or write its files. Nothing can be stored until it can; its log says more.',
  ],
];

/** PostgreSQL stops taking writes before its transaction ids run out; no code of its own, and a part of its message. */
const OUT_OF_TRANSACTION_IDS = /wraparound/i;

/**
 * Whether a SQLSTATE (PostgreSQL appendix A) says that the server cannot do it now, rather than that the statement is
 * wrong: the same statement may succeed later.
 *
 * 08 connection; 25006 read-only; 25P03, 25P04 given up by the server's time-outs; 28, 3D000 the login or the database is
 * gone; 40 rolled back by the server (deadlock, serialization); 53 resources (disk full, memory, connections); 55P03 lock
 * not available; 57 operator intervention (cancelled, shutting down, starting up); 58 system (I/O); F0 lock file.
 */
export function isOutage(sqlState: string, message = ''): boolean {
  return (
    /^(?:08|28|3D000|40|53|57|58|F0)/.test(sqlState) ||
    ['25006', '25P03', '25P04', '55P03'].includes(sqlState) ||
    (sqlState === '54000' && OUT_OF_TRANSACTION_IDS.test(message))
  );
}

/** Codes of a TLS handshake that failed: a certificate has expired, is not trusted, or is of another name. */
export function isTlsFailure(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code);
}

/** What keeps Postgres from storing anything, undefined where the failure says nothing about the next write. */
export function whyUnwritable(sqlState: string, message = ''): string | undefined {
  if (sqlState === '54000' && OUT_OF_TRANSACTION_IDS.test(message)) {
    return 'PostgreSQL has run out of transaction ids. Nothing can be stored until it is vacuumed.';
  }
  return UNWRITABLE.find(([pattern]) => pattern.test(sqlState))?.[1];
}
