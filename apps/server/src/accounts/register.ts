import {
  isReservedName,
  normalizePin,
  pinFromBytes,
  Refusal,
  type RegisterBody,
  type SignedIn,
  type UserId,
} from '@tpx/protocol';
import type { z } from 'zod';
import { isUniqueViolation, type Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import { openDeviceSession, type SignInDeps, toTokens } from './device-session.ts';
import { requireStrongPassword } from './password-strength.ts';
import { hashPassword } from './passwords.ts';
import { loadOwnUser } from './users.ts';

/** 32^8 PINs: the second try fails about never. */
const PIN_TRIES = 5;

/** A new account, signed in. @throws {Refusal} `conflict` where the username is taken or reserved, `invalid` where the password is weak */
export async function register(
  deps: SignInDeps,
  body: z.output<typeof RegisterBody>,
  address: string,
): Promise<SignedIn> {
  if (isReservedName(body.username)) throw reserved();
  await requireStrongPassword(body.password, {
    username: body.username,
    displayName: body.display_name ?? body.username,
  });
  // Asked before the hash is computed: a taken name costs no 20 ms of a core.
  await requireFree(deps.database, body.username);
  const passwordHash = await hashPassword(body.password);
  const userId = Bun.randomUUIDv7() as UserId;
  for (let tries = 1; ; tries++) {
    try {
      return await announceAfterCommit(deps, async (tx, later) => {
        await insertUser(tx, userId, body, passwordHash);
        // Once more: the insertion may have waited for the deletion of the one who had the name.
        await requireNotRetired(tx, body.username);
        const device = { name: body.device_name, address };
        const refreshToken = await openDeviceSession(tx, later, deps, userId, device);
        return { user: await loadOwnUser(tx, userId), ...toTokens(deps, userId, refreshToken) };
      });
    } catch (error) {
      if (isUniqueViolation(error, 'users_username_key')) throw taken();
      if (!isUniqueViolation(error, 'users_pin_key') || tries === PIN_TRIES) throw error;
    }
  }
}

/** A username that reads as somebody's PIN would answer in their place (spec ACC-3). */
async function requireFree(queries: Queries, username: string): Promise<void> {
  const rows = await queries.query(
    `SELECT 1 FROM users WHERE username = $1 OR pin = $2
     UNION ALL SELECT 1 FROM retired_pins WHERE pin = $2 LIMIT 1`,
    [username, normalizePin(username) ?? null],
  );
  if (rows.length > 0) throw taken();
  await requireNotRetired(queries, username);
}

async function requireNotRetired(queries: Queries, username: string): Promise<void> {
  const rows = await queries.query('SELECT 1 FROM retired_usernames WHERE username = $1', [username]);
  if (rows.length > 0) throw taken();
}

async function insertUser(
  tx: Queries,
  id: UserId,
  body: z.output<typeof RegisterBody>,
  passwordHash: string,
): Promise<void> {
  await tx.query(
    `INSERT INTO users (id, username, pin, display_name, password_hash, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, date_trunc('milliseconds', now()), date_trunc('milliseconds', now()))`,
    [
      id,
      body.username,
      pinFromBytes(crypto.getRandomValues(new Uint8Array(8))),
      body.display_name ?? body.username,
      passwordHash,
    ],
  );
}

function reserved(): Refusal {
  return new Refusal(
    'conflict',
    'Others would take this username for the server or its staff. Choose another.',
  );
}

function taken(): Refusal {
  return new Refusal('conflict', 'This username is taken. Choose another.');
}
