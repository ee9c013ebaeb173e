import { LIMITS, Refusal, type Tokens, type UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { announceRevoked, type SignInDeps, signedOut, toTokens } from './device-session.ts';
import { rememberAddress } from './known-addresses.ts';
import { hashOf, type RefreshToken, sameHash } from './refresh-tokens.ts';

type SessionRow = {
  user_id: UserId;
  refresh_hash: Uint8Array;
  refresh_parent_hash: Uint8Array | null;
  refresh_generation: number;
  address: string | null;
  expired: boolean;
};

/** Undefined: the session is over, as of now or for some time. */
type Outcome = { userId: UserId; next: RefreshToken } | undefined;

/**
 * Trades a refresh token for its successor (spec AUTH-4). The token just replaced gives the same successor again for as
 * long as that one is unused: its answer may have been lost. A token that is newer than what the database knows was given
 * out before a backup was restored, and goes on from there. Any other token of this session that was given out before is
 * taken for stolen, and the session is revoked.
 *
 * @throws {Refusal} `unauthorized`
 */
export async function refresh(deps: SignInDeps, text: string, address: string): Promise<Tokens> {
  const token = deps.refreshTokens.parse(text);
  if (!token) {
    throw new Refusal('unauthorized', 'The refresh token is not valid. Log in again.', {
      details: { reason: 'invalid' },
    });
  }
  const outcome = await announceAfterCommit(deps, (tx, later) => trade(tx, later, deps, token, address));
  // Thrown out here, so that a session that is revoked stays so.
  if (!outcome) throw signedOut();
  return toTokens(deps, outcome.userId, outcome.next);
}

async function trade(
  tx: Queries,
  later: Announcer,
  deps: SignInDeps,
  token: RefreshToken,
  address: string,
): Promise<Outcome> {
  const [session] = await tx.query<SessionRow>(
    `SELECT user_id, refresh_hash, refresh_parent_hash, refresh_generation,
            address, expires_at + clock_allowance(refresh_rotated_at) <= now() AS expired
     FROM device_sessions WHERE id = $1 FOR UPDATE`,
    [token.sessionId],
  );
  if (!session || session.expired) return undefined;
  const userId = session.user_id;
  const hash = hashOf(token);
  if (sameHash(hash, session.refresh_hash) || token.generation > session.refresh_generation) {
    const next = deps.refreshTokens.successor(token);
    await rotate(tx, hash, next, address);
    if (address !== session.address) await rememberAddress(tx, userId, address);
    return { userId, next };
  }
  if (sameHash(hash, session.refresh_parent_hash)) {
    const next = deps.refreshTokens.givenSuccessor(token, session.refresh_hash);
    if (next) return { userId, next };
  }
  await tx.query('DELETE FROM device_sessions WHERE id = $1', [token.sessionId]);
  announceRevoked(later, userId, token.sessionId);
  return undefined;
}

async function rotate(
  tx: Queries,
  parentHash: Uint8Array,
  next: RefreshToken,
  address: string,
): Promise<void> {
  await tx.query(
    `UPDATE device_sessions
     SET refresh_hash = $2, refresh_parent_hash = $3, refresh_generation = $4, refresh_rotated_at = clock_timestamp(),
         last_used_at = clock_timestamp(), active_at = clock_timestamp(), address = $5, expires_at = now() + make_interval(secs => $6)
     WHERE id = $1`,
    [next.sessionId, hashOf(next), parentHash, next.generation, address || null, LIMITS.refreshTokenSeconds],
  );
}
