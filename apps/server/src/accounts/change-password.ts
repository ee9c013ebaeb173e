import { type ChangePasswordBody, Refusal, type SessionId, type Tokens } from '@tpx/protocol';
import type { z } from 'zod';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Caller } from './caller.ts';
import { announceRevoked, type SignInDeps, signedOut, toTokens } from './device-session.ts';
import { isKnownAddress } from './known-addresses.ts';
import type { PasswordGuard } from './password-guard.ts';
import { requireStrongPassword } from './password-strength.ts';
import { hashPassword } from './passwords.ts';
import { hashOf } from './refresh-tokens.ts';

type Account = { username: string; display_name: string; pin: string | null; password_hash: string };

/**
 * Sets another password (spec AUTH-9). This device gets new tokens; every other session ends.
 * @throws {Refusal} `forbidden` where the current one is wrong, `invalid` where the new one is weak, `rate_limited`, `conflict`
 */
export async function changePassword(
  deps: SignInDeps & { passwordGuard: PasswordGuard },
  caller: Caller,
  { current, new: chosen }: z.output<typeof ChangePasswordBody>,
  address: string,
): Promise<Tokens> {
  const { userId, sessionId } = caller;
  const [account] = await deps.database.query<Account>(
    'SELECT username, display_name, pin, password_hash FROM users WHERE id = $1 AND deleted_at IS NULL',
    [userId],
  );
  if (!account) throw signedOut();
  const { username, display_name, pin, password_hash } = account;
  const isKnown = await isKnownAddress(deps.database, userId, address);
  const attempt = { account: username, address, isKnownAddress: isKnown };
  if (!(await deps.passwordGuard.isRight(attempt, current, password_hash))) {
    // Not `unauthorized`: the caller is signed in, and a client would refresh its token and try again.
    throw new Refusal('forbidden', 'The current password is wrong, so nothing was changed.');
  }
  if (current.normalize('NFKC') === chosen.normalize('NFKC'))
    throw new Refusal('invalid', 'new: that is the current password. Choose another.', {
      details: { reason: 'same_password' },
    });
  await requireStrongPassword(chosen, { username, displayName: display_name, pin });
  const newHash = await hashPassword(chosen);
  return announceAfterCommit(deps, async (tx, later) => {
    const changed = await tx.query(
      'UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2 RETURNING id',
      [userId, password_hash, newHash],
    );
    if (changed.length === 0)
      throw new Refusal(
        'conflict',
        'The password was changed from elsewhere meanwhile. Sign in with the new one.',
      );
    const ended = await tx.query<{ id: SessionId }>(
      'DELETE FROM device_sessions WHERE user_id = $1 AND id <> $2 RETURNING id',
      [userId, sessionId],
    );
    for (const { id } of ended) announceRevoked(later, userId, id);
    const [session] = await tx.query<{ refresh_generation: number; refresh_hash: Uint8Array }>(
      'SELECT refresh_generation, refresh_hash FROM device_sessions WHERE id = $1 FOR UPDATE',
      [sessionId],
    );
    if (!session) throw signedOut();
    // The successor of the token that this device holds, which it stays good for: the answer may be lost, or another
    // process of the device may refresh at the same time.
    const next = deps.refreshTokens.successorOf(sessionId, session.refresh_generation, session.refresh_hash);
    await tx.query(
      `UPDATE device_sessions SET refresh_parent_hash = refresh_hash, refresh_hash = $2, refresh_generation = $3,
              refresh_rotated_at = clock_timestamp() WHERE id = $1`,
      [sessionId, hashOf(next), next.generation],
    );
    return toTokens(deps, userId, next);
  });
}
