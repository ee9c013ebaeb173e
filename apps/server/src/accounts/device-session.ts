import { LIMITS, Refusal, type SessionId, type Tokens, type UserId } from '@tpx/protocol';
import type { Database, Queries } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { AccessTokens } from './access-tokens.ts';
import { rememberAddress } from './known-addresses.ts';
import { hashOf, type RefreshToken, type RefreshTokens } from './refresh-tokens.ts';
import { MANY_DEVICES, type SessionActivity } from './session-activity.ts';

export type SignInDeps = {
  database: Database;
  activity: Pick<SessionActivity, 'secondsSince'>;
  announcer: Announcer;
  accessTokens: AccessTokens;
  refreshTokens: RefreshTokens;
};

/** Where a device signs in from, as the owner will see it in the list of sessions. */
export type Device = { name: string | undefined; address: string };

/** Opens a session of a user whose row the transaction holds. Past LIMITS.devicesPerUser the least active ones go. */
export async function openDeviceSession(
  tx: Queries,
  later: Announcer,
  deps: Pick<SignInDeps, 'refreshTokens' | 'activity'>,
  userId: UserId,
  device: Device,
): Promise<RefreshToken> {
  const sessionId = Bun.randomUUIDv7() as SessionId;
  const refreshToken = deps.refreshTokens.issue(sessionId);
  await tx.query(
    `INSERT INTO device_sessions (id, user_id, device_name, address, refresh_hash, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
    [
      sessionId,
      userId,
      device.name || 'unnamed device',
      device.address || null,
      hashOf(refreshToken),
      LIMITS.refreshTokenSeconds,
    ],
  );
  const others = await otherSessions(tx, userId, sessionId);
  // Long before the limit: other nodes have the time of many sign-ins to answer.
  if (others.length >= MANY_DEVICES) later.changed({ type: 'many_devices', userId });
  for (const id of leastActive(others, deps, userId)) {
    await tx.query('DELETE FROM device_sessions WHERE id = $1', [id]);
    announceRevoked(later, userId, id);
  }
  await rememberAddress(tx, userId, device.address);
  return refreshToken;
}

type OtherSession = { id: SessionId; seconds: number | null };

/** With the seconds since each was active, as far as nodes have stored it. */
function otherSessions(tx: Queries, userId: UserId, newest: SessionId): Promise<OtherSession[]> {
  return tx.query<OtherSession>(
    `SELECT id, extract(epoch FROM clock_timestamp() - active_at)::float8 AS seconds FROM device_sessions
     WHERE user_id = $1 AND id <> $2 ORDER BY last_used_at DESC, id DESC`,
    [userId, newest],
  );
}

/**
 * The devices beyond the limit. Activity counts, not the time of signing in: fifty more sign-ins that do nothing must not
 * put out the device that is being used (spec AUTH-8).
 */
function leastActive(
  others: readonly OtherSession[],
  { activity }: Pick<SignInDeps, 'activity'>,
  userId: UserId,
): SessionId[] {
  const kept = LIMITS.devicesPerUser - 1;
  if (others.length <= kept) return [];
  const idle = ({ id, seconds }: OtherSession) =>
    Math.min(
      seconds ?? Number.POSITIVE_INFINITY,
      activity.secondsSince(userId, id) ?? Number.POSITIVE_INFINITY,
    );
  const ranked = others.map((session) => ({ id: session.id, idle: idle(session) }));
  // Stable: of equals, those that signed in or refreshed last come first.
  ranked.sort((a, b) => (a.idle === b.idle ? 0 : a.idle - b.idle));
  return ranked.slice(kept).map(({ id }) => id);
}

/** What a device holds from now on. */
export function toTokens(
  deps: Pick<SignInDeps, 'accessTokens'>,
  userId: UserId,
  refreshToken: RefreshToken,
): Tokens {
  return {
    access_token: deps.accessTokens.sign({ userId, sessionId: refreshToken.sessionId }),
    refresh_token: refreshToken.text,
    expires_in: LIMITS.accessTokenSeconds,
  };
}

export function announceRevoked(later: Announcer, userId: UserId, sessionId: SessionId): void {
  later.changed({ type: 'session_revoked', sessionId, userId });
}

export function signedOut(): Refusal {
  return new Refusal('unauthorized', 'This device has been signed out. Log in again.', {
    details: { reason: 'signed_out' },
  });
}
