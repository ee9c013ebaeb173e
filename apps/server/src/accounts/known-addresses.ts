import type { UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { addressKey } from './address-key.ts';

/** Of each person: the places of months for most, and a bound for those who travel. */
const KEPT_MAX = 20;

/**
 * One of this person's devices is at this address: who signs in from there is no stranger (spec AUTH-5). Sessions are locked
 * before addresses, everywhere.
 */
export async function rememberAddress(tx: Queries, userId: UserId, address: string): Promise<void> {
  if (address === '') return;
  await tx.query(
    `INSERT INTO known_addresses (user_id, address) VALUES ($1, $2)
     ON CONFLICT (user_id, address) DO UPDATE SET used_at = now()`,
    [userId, addressKey(address)],
  );
  await tx.query(
    `DELETE FROM known_addresses WHERE user_id = $1 AND address IN (
       SELECT address FROM known_addresses WHERE user_id = $1 ORDER BY used_at DESC, address OFFSET $2
       FOR UPDATE SKIP LOCKED)`,
    [userId, KEPT_MAX],
  );
}

export async function isKnownAddress(queries: Queries, userId: UserId, address: string): Promise<boolean> {
  const rows = await queries.query<{ address: string }>(
    'SELECT address FROM known_addresses WHERE user_id = $1',
    [userId],
  );
  const wanted = addressKey(address);
  // The first ones of the table have an IPv6 address in full.
  return rows.some((row) => row.address === wanted || addressKey(row.address) === wanted);
}

export async function forgetAddresses(tx: Queries, userId: UserId): Promise<void> {
  await tx.query('DELETE FROM known_addresses WHERE user_id = $1', [userId]);
}
