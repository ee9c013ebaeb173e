import type { UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';

/** The owner is notified of a wave of guesses once. */
const ONCE_IN = '1 hour';

/** Tells the owner of an account that strangers guess at its password, and keeps it for anyone who is away (spec AUTH-5). */
export async function reportGuessing(
  { database, announcer }: { database: Database; announcer: Announcer },
  username: string,
): Promise<void> {
  const [noted] = await database.query<{ id: UserId; at: Date }>(
    `UPDATE users SET password_guessed_at = date_trunc('milliseconds', clock_timestamp())
     WHERE username = $1
       AND (password_guessed_at IS NULL OR password_guessed_at NOT BETWEEN now() - $2::interval AND now())
     RETURNING id, password_guessed_at AS at`,
    [username, ONCE_IN],
  );
  if (noted) announcer.signalUser(noted.id, 'password_guessed', { at: noted.at.toISOString() });
}
