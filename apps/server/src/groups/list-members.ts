import type { ConversationId, MemberObject, Role, UserId } from '@tpx/protocol';
import { loadUsers } from '../accounts/users.ts';
import type { Queries } from '../db/database.ts';
import { authorizeReading } from './authorize.ts';
import { indexAfter } from './online-lists.ts';
import type { OnlineUsers } from './online-users.ts';
import { type Page, toPage } from './page.ts';

type Deps = { database: Queries; online: OnlineUsers };
type List = {
  groupId: ConversationId;
  viewerId: UserId;
  /** Only who is online, or only who is not; undefined for everybody. */
  online?: boolean | undefined;
  after?: UserId | undefined;
  limit: number;
};
type MemberRow = { user_id: UserId; role: Role; joined_at: Date };

/**
 * A group's members, by id. Whoever blocks the viewer counts as offline to them (spec GRP-7).
 *
 * @throws {Refusal} not_found, not_member, banned
 */
export async function listMembers(deps: Deps, list: List): Promise<Page<MemberObject, UserId>> {
  await authorizeReading(deps.database, list.groupId, list.viewerId, 'read');
  const { items, next } = await findRows(deps, list);
  const users = await loadUsers(
    deps.database,
    items.map((row) => row.user_id),
    list.viewerId,
  );
  const members = items.flatMap(({ user_id, role, joined_at }) => {
    const user = users.get(user_id);
    return user ? [{ user, role, joined_at: joined_at.toISOString() }] : [];
  });
  return { items: members, next };
}

async function findRows({ database, online }: Deps, list: List): Promise<Page<MemberRow, UserId>> {
  switch (list.online) {
    case undefined:
      return findAll(database, list);
    case true:
      return findOnline(database, list, await online.onlineIn(list.groupId));
    case false:
      return findOffline(database, list, await online.onlineIn(list.groupId));
  }
}

async function findAll(database: Queries, { groupId, after, limit }: List): Promise<Page<MemberRow, UserId>> {
  const rows = await database.query<MemberRow>(
    `SELECT user_id, role, joined_at FROM members
     WHERE conversation_id = $1 AND ($2::uuid IS NULL OR user_id > $2) ORDER BY user_id LIMIT $3`,
    [groupId, after ?? null, limit + 1],
  );
  return pageOf(rows, limit);
}

/** A page may be short: somebody of its window blocks the viewer, or has just left. */
async function findOnline(
  database: Queries,
  { groupId, viewerId, after, limit }: List,
  online: readonly UserId[],
): Promise<Page<MemberRow, UserId>> {
  const from = indexAfter(online, after);
  const candidates = online.slice(from, from + limit + 1);
  const { items: window, next } = toPage(
    candidates,
    limit,
    (id) => id,
    (id) => id,
  );
  const items = await database.query<MemberRow>(
    `SELECT m.user_id, m.role, m.joined_at FROM members m
     WHERE m.conversation_id = $1 AND m.user_id = ANY ($2::uuid[])
       AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = m.user_id AND b.blocked_id = $3)
     ORDER BY m.user_id`,
    [groupId, window, viewerId],
  );
  return { items, next };
}

/** Members that are looked at for one page of those who are offline: where few are, a page may be short or empty. */
const WINDOW = 1_000;

async function findOffline(
  database: Queries,
  { groupId, viewerId, after, limit }: List,
  online: readonly UserId[],
): Promise<Page<MemberRow, UserId>> {
  const rows = await database.query<MemberRow & { hides: boolean }>(
    `SELECT m.user_id, m.role, m.joined_at, b.user_id IS NOT NULL AS hides
     FROM members m LEFT JOIN blocks b ON b.user_id = m.user_id AND b.blocked_id = $4
     WHERE m.conversation_id = $1 AND ($2::uuid IS NULL OR m.user_id > $2)
     ORDER BY m.user_id LIMIT $3`,
    [groupId, after ?? null, WINDOW + 1, viewerId],
  );
  const items: MemberRow[] = [];
  let looked = 0;
  for (const { hides, ...row } of rows.slice(0, WINDOW)) {
    if (items.length === limit) break;
    looked++;
    if (hides || !isIn(online, row.user_id)) items.push(row);
  }
  return { items, next: looked < rows.length ? (rows[looked - 1]?.user_id ?? null) : null };
}

function isIn(ascending: readonly UserId[], id: UserId): boolean {
  return ascending[indexAfter(ascending, id) - 1] === id;
}

function pageOf(rows: readonly MemberRow[], limit: number): Page<MemberRow, UserId> {
  return toPage(
    rows,
    limit,
    (row) => row,
    (row) => row.user_id,
  );
}
