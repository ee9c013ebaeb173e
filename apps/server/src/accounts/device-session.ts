import { LIMITS, Refusal, type SessionId, type Tokens, type UserId } from '@tpx/protocol';
import type { Database, Queries } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { AccessTokens } from './access-tokens.ts';
import { hashOf, type RefreshToken, type RefreshTokens } from './refresh-tokens.ts';

export type SignInDeps = {
  database: Database;
  announcer: Announcer;
  accessTokens: AccessTokens;
  refreshTokens: RefreshTokens;
};

/** Where a device signs in from, as the owner will see it in the list of sessions. */
export type Device = { name: string | undefined; address: string };

/** Opens a session of a user whose row the transaction holds. Past LIMITS.devicesPerUser the least used ones go. */
export async function openDeviceSession(
  tx: Queries,
  later: Announcer,
  deps: Pick<SignInDeps, 'refreshTokens'>,
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
  const dropped = await tx.query<{ id: SessionId }>(
    `DELETE FROM device_sessions WHERE id IN (
       SELECT id FROM device_sessions WHERE user_id = $1 AND id <> $2
       ORDER BY last_used_at DESC, id DESC OFFSET $3)
     RETURNING id`,
    [userId, sessionId, LIMITS.devicesPerUser - 1],
  );
  for (const { id } of dropped) announceRevoked(later, userId, id);
  return refreshToken;
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
