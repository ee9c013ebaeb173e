import { Refusal, type SessionId, type SessionObject, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { Caller } from './caller.ts';
import { announceRevoked } from './device-session.ts';

/** Expired sessions removed in one statement. */
const EXPIRED_BATCH = 500;

type Row = { id: string; device_name: string; address: string | null; created_at: Date; last_used_at: Date };

/** My devices, the last used first. */
export async function listSessions(deps: { database: Database }, caller: Caller): Promise<SessionObject[]> {
  const rows = await deps.database.query<Row>(
    `SELECT id, device_name, address, created_at, greatest(last_used_at, active_at) AS last_used_at FROM device_sessions
     WHERE user_id = $1 AND expires_at > now() ORDER BY greatest(last_used_at, active_at) DESC, id DESC`,
    [caller.userId],
  );
  return rows.map((row) => ({
    id: row.id,
    device_name: row.device_name,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at.toISOString(),
    address: row.address,
    current: row.id === caller.sessionId,
  }));
}

/** Signs one of my devices out, this one included. @throws {Refusal} `not_found` */
export async function revokeSession(
  deps: { database: Database; announcer: Announcer },
  caller: Caller,
  sessionId: SessionId,
): Promise<void> {
  await announceAfterCommit(deps, async (tx, later) => {
    const rows = await tx.query('DELETE FROM device_sessions WHERE id = $1 AND user_id = $2 RETURNING id', [
      sessionId,
      caller.userId,
    ]);
    if (rows.length === 0)
      throw new Refusal('not_found', 'You have no such session. GET /auth/sessions lists them.');
    announceRevoked(later, caller.userId, sessionId);
  });
}

/** Signs the calling device out; once more is no error. */
export async function logout(
  deps: { database: Database; announcer: Announcer },
  caller: Caller,
): Promise<void> {
  await announceAfterCommit(deps, async (tx, later) => {
    await tx.query('DELETE FROM device_sessions WHERE id = $1', [caller.sessionId]);
    announceRevoked(later, caller.userId, caller.sessionId);
  });
}

/** Signs every device of the caller out, this one included. */
export async function logoutEverywhere(
  deps: { database: Database; announcer: Announcer },
  caller: Caller,
): Promise<void> {
  await announceAfterCommit(deps, async (tx, later) => {
    const rows = await tx.query<{ id: SessionId }>(
      'DELETE FROM device_sessions WHERE user_id = $1 RETURNING id',
      [caller.userId],
    );
    for (const { id } of rows) announceRevoked(later, caller.userId, id);
  });
}

/** For a worker to call now and then, with Postgres' time (spec CLOCK-1). Gives how many there were. */
export async function removeExpiredSessions(
  deps: { database: Database; announcer: Announcer },
  now: Date,
): Promise<number> {
  for (let removed = 0; ; ) {
    const batch = await announceAfterCommit(deps, async (tx, later) => {
      const rows = await tx.query<{ id: SessionId; user_id: UserId }>(
        `DELETE FROM device_sessions WHERE id IN (
           SELECT id FROM device_sessions
           WHERE expires_at <= $2 AND expires_at + clock_allowance(refresh_rotated_at) <= $2
           ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id, user_id`,
        [EXPIRED_BATCH, now],
      );
      for (const row of rows) announceRevoked(later, row.user_id, row.id);
      return rows.length;
    });
    removed += batch;
    if (batch < EXPIRED_BATCH) return removed;
  }
}
