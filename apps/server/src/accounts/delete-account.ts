import { Refusal, type SessionId, type UserId } from '@tpx/protocol';
import type { Database, Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { Caller } from './caller.ts';
import { announceRevoked, signedOut } from './device-session.ts';
import { forgetAddresses, isKnownAddress } from './known-addresses.ts';
import type { PasswordGuard } from './password-guard.ts';

export const DELETED_DISPLAY_NAME = 'deleted user';

export type DeleteAccountDeps = {
  database: Database;
  announcer: Announcer;
  passwordGuard: PasswordGuard;
  /** Takes the person out of every group; `groups/hand-over.ts`, which can't be imported here without a circle. */
  handOverGroups(tx: Queries, later: Announcer, userId: UserId): Promise<void>;
};

/**
 * Deletes the caller's account (spec ACC-7): what they said stays and has "deleted user" as its author, nobody else gets the
 * username or the PIN, their groups get another owner, every device is signed out.
 *
 * @throws {Refusal} `forbidden` where the password is wrong, `rate_limited`, `conflict`
 */
export async function deleteAccount(
  deps: DeleteAccountDeps,
  caller: Caller,
  password: string,
  address: string,
): Promise<void> {
  const { userId } = caller;
  const [account] = await deps.database.query<{ username: string; password_hash: string }>(
    'SELECT username, password_hash FROM users WHERE id = $1 AND deleted_at IS NULL',
    [userId],
  );
  if (!account) throw signedOut();
  const { username, password_hash } = account;
  const isKnown = await isKnownAddress(deps.database, userId, address);
  const attempt = { account: username, address, isKnownAddress: isKnown };
  if (!(await deps.passwordGuard.isRight(attempt, password, password_hash))) {
    // Not `unauthorized`: the caller is logged in, and a client would refresh its token and try again.
    throw new Refusal('forbidden', 'The password is wrong, so nothing was deleted.');
  }
  await announceAfterCommit(deps, async (tx, later) => {
    // First: groups are locked before people, everywhere.
    await deps.handOverGroups(tx, later, userId);
    await eraseProfile(tx, userId);
    const sessions = await tx.query<{ id: SessionId }>(
      'DELETE FROM device_sessions WHERE user_id = $1 RETURNING id',
      [userId],
    );
    for (const { id } of sessions) announceRevoked(later, userId, id);
    await forgetAddresses(tx, userId);
    later.changed({ type: 'user_deleted', userId });
  });
}

async function eraseProfile(tx: Queries, userId: UserId): Promise<void> {
  await tx.query(
    'INSERT INTO retired_usernames (username) SELECT username FROM users WHERE id = $1 AND username IS NOT NULL ON CONFLICT DO NOTHING',
    [userId],
  );
  await tx.query(
    'INSERT INTO retired_pins (pin) SELECT pin FROM users WHERE id = $1 AND pin IS NOT NULL ON CONFLICT DO NOTHING',
    [userId],
  );
  const erased = await tx.query(
    `UPDATE users
     SET username = NULL, pin = NULL, password_hash = NULL, display_name = $2, photo_media_id = NULL, background = NULL,
         status_state = 'offline', status_text = '', public_key = NULL, deleted_at = now(),
         updated_at = date_trunc('milliseconds', now())
     WHERE id = $1 AND deleted_at IS NULL RETURNING id`,
    [userId, DELETED_DISPLAY_NAME],
  );
  if (erased.length === 0) throw signedOut();
  await tx.query('DELETE FROM blocks WHERE user_id = $1 OR blocked_id = $1', [userId]);
}
