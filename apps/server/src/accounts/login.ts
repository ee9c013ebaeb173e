import { type LoginBody, Refusal, type SignedIn, type UserId, Username } from '@tpx/protocol';
import type { z } from 'zod';
import type { Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import { openDeviceSession, type SignInDeps, toTokens } from './device-session.ts';
import { isKnownAddress } from './known-addresses.ts';
import type { PasswordGuard } from './password-guard.ts';
import { loadOwnUser } from './users.ts';

type Account = { id: UserId; password_hash: string };
/** For names that nobody has: they cost the same queries. */
const NOBODY = '00000000-0000-0000-0000-000000000000' as UserId;

/** @throws {Refusal} `unauthorized`, with one sentence for an unknown name and a wrong password; `rate_limited` */
export async function login(
  deps: SignInDeps & { passwordGuard: PasswordGuard },
  body: z.output<typeof LoginBody>,
  address: string,
): Promise<SignedIn> {
  const account = await findAccount(deps.database, body.username);
  const hash = account?.password_hash ?? null;
  const isKnown = await isKnownAddress(deps.database, account?.id ?? NOBODY, address);
  const attempt = { account: body.username, address, isKnownAddress: isKnown };
  const right = await deps.passwordGuard.isRight(attempt, body.password, hash);
  if (!account || !right) throw wrong();

  return announceAfterCommit(deps, async (tx, later) => {
    // The account may have been deleted since; from here on it can't be before the session is there to be revoked.
    const held = await tx.query(
      'SELECT 1 FROM users WHERE id = $1 AND password_hash = $2 FOR NO KEY UPDATE',
      [account.id, hash],
    );
    if (held.length === 0) throw wrong();
    const device = { name: body.device_name, address };
    const refreshToken = await openDeviceSession(tx, later, deps, account.id, device);
    const user = await loadOwnUser(tx, account.id);
    return { user, ...toTokens(deps, account.id, refreshToken) };
  });
}

async function findAccount(queries: Queries, username: string): Promise<Account | undefined> {
  // What can be nobody's name is not shown to Postgres, which takes no NUL.
  if (!Username.safeParse(username).success) return undefined;
  const [account] = await queries.query<Account>('SELECT id, password_hash FROM users WHERE username = $1', [
    username,
  ]);
  return account;
}

function wrong(): Refusal {
  return new Refusal('unauthorized', 'The username or the password is wrong.', {
    details: { reason: 'credentials' },
  });
}
