import type { BannedObject, ConversationId, UserId } from '@tpx/protocol';
import { loadUsers } from '../accounts/users.ts';
import type { Queries } from '../db/database.ts';
import { authorizeReading } from './authorize.ts';
import { type Page, toPage } from './page.ts';

type Deps = { database: Queries };
type List = { groupId: ConversationId; actorId: UserId; after?: UserId | undefined; limit: number };
type BanRow = { user_id: UserId; reason: string | null; banned_by: string; banned_at: Date };

/** Who is banned, by id; for those who may lift it. @throws {Refusal} not_found, not_member, banned, forbidden */
export async function listBanned(
  deps: Deps,
  { groupId, actorId, after, limit }: List,
): Promise<Page<BannedObject, UserId>> {
  await authorizeReading(deps.database, groupId, actorId, 'unban');
  const rows = await deps.database.query<BanRow>(
    `SELECT user_id, reason, banned_by, banned_at FROM bans
     WHERE group_id = $1 AND ($2::uuid IS NULL OR user_id > $2) ORDER BY user_id LIMIT $3`,
    [groupId, after ?? null, limit + 1],
  );
  const { items, next } = toPage(
    rows,
    limit,
    (row) => row,
    (row) => row.user_id,
  );
  const users = await loadUsers(
    deps.database,
    items.map((row) => row.user_id),
    actorId,
  );
  const banned = items.flatMap(({ user_id, reason, banned_by, banned_at }) => {
    const user = users.get(user_id);
    return user ? [{ user, reason, banned_by, banned_at: banned_at.toISOString() }] : [];
  });
  return { items: banned, next };
}
