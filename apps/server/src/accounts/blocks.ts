import { LIMITS, Refusal, type UserId, type UserObject } from '@tpx/protocol';
import { type Database, isForeignKeyViolation, type Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { Caller } from './caller.ts';
import { toUserObject, USER_COLUMNS, type UserRow } from './users.ts';

type BlockDeps = { database: Database; announcer: Announcer };

/** Blocking again changes nothing. @throws {Refusal} `invalid`, `not_found`, `conflict` where the list is full */
export async function blockUser(deps: BlockDeps, caller: Caller, blockedId: UserId): Promise<void> {
  if (blockedId === caller.userId) throw new Refusal('invalid', 'You cannot block yourself.');
  await announceAfterCommit(deps, async (tx, later) => {
    const added = await insertBlock(tx, caller.userId, blockedId);
    if (added) later.changed({ type: 'block', userId: caller.userId, blockedId, on: true });
  });
}

async function insertBlock(tx: Queries, userId: UserId, blockedId: UserId): Promise<boolean> {
  const [counted] = await tx.query<{ blocks: number; there: boolean }>(
    `SELECT (SELECT count(*)::int FROM blocks WHERE user_id = $1) AS blocks,
            EXISTS (SELECT 1 FROM users WHERE id = $2 AND deleted_at IS NULL) AS there`,
    [userId, blockedId],
  );
  if (!counted?.there) throw noSuchPerson();
  if (counted.blocks >= LIMITS.blockedUsersMax) {
    throw new Refusal('conflict', `Your block list is full: it has ${LIMITS.blockedUsersMax} people.`);
  }
  try {
    const rows = await tx.query(
      'INSERT INTO blocks (user_id, blocked_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING blocked_id',
      [userId, blockedId],
    );
    return rows.length > 0;
  } catch (error) {
    if (isForeignKeyViolation(error)) throw noSuchPerson();
    throw error;
  }
}

/** Unblocking somebody who is not blocked changes nothing. */
export async function unblockUser(deps: BlockDeps, caller: Caller, blockedId: UserId): Promise<void> {
  await announceAfterCommit(deps, async (tx, later) => {
    const rows = await tx.query(
      'DELETE FROM blocks WHERE user_id = $1 AND blocked_id = $2 RETURNING blocked_id',
      [caller.userId, blockedId],
    );
    if (rows.length > 0) later.changed({ type: 'block', userId: caller.userId, blockedId, on: false });
  });
}

export async function whoBlocks(queries: Queries, userId: UserId): Promise<UserId[]> {
  const rows = await queries.query<{ user_id: UserId }>('SELECT user_id FROM blocks WHERE blocked_id = $1', [
    userId,
  ]);
  return rows.map(({ user_id }) => user_id);
}

export type BlockedPage = { users: UserObject[]; next: string | null };

/** Whom I block, by id; `after` is where the page before ended. */
export async function listBlocked(
  deps: { database: Database },
  caller: Caller,
  after: string | undefined,
  limit: number,
): Promise<BlockedPage> {
  const rows = await deps.database.query<UserRow>(
    `SELECT ${USER_COLUMNS}, EXISTS (SELECT 1 FROM blocks h WHERE h.user_id = u.id AND h.blocked_id = $1) AS hidden
     FROM blocks b JOIN users u ON u.id = b.blocked_id
     WHERE b.user_id = $1 AND ($2::uuid IS NULL OR b.blocked_id > $2) ORDER BY b.blocked_id LIMIT $3`,
    [caller.userId, after ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  return { users: shown.map(toUserObject), next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

function noSuchPerson(): Refusal {
  return new Refusal('not_found', 'There is no such person.');
}
