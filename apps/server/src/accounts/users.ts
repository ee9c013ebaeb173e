import {
  normalizePin,
  type OwnUserObject,
  Refusal,
  type StatusState,
  type UserId,
  type UserObject,
  UUID_PATTERN,
} from '@tpx/protocol';
import type { Queries } from '../db/database.ts';

/** A row of `users` (alias u) as `USER_COLUMNS` selects it. */
export type UserRow = {
  id: string;
  username: string | null;
  pin: string | null;
  display_name: string;
  background: { color: string } | null;
  status_state: StatusState;
  status_text: string;
  public_key: string | null;
  created_at: Date;
  updated_at: Date;
  /** The viewer is blocked by this user. */
  hidden?: boolean;
};

export const USER_COLUMNS = `u.id, u.username, u.pin, u.display_name, u.background, u.status_state, u.status_text,
  u.public_key, u.created_at, u.updated_at`;
/** Selects `hidden`, for the viewer in parameter `$2` (null sees as anybody does). */
const HIDDEN = 'EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = u.id AND b.blocked_id = $2::uuid) AS hidden';

/** What everybody may see. Whom the user has blocked sees no status, nor when it changed (spec ACC-6). */
export function toUserObject(row: UserRow): UserObject {
  return {
    id: row.id,
    username: row.username,
    pin: row.pin,
    display_name: row.display_name,
    photo: null,
    background: row.background,
    status: row.hidden ? { state: 'offline', text: '' } : { state: row.status_state, text: row.status_text },
    public_key: row.public_key,
    created_at: row.created_at.toISOString(),
    updated_at: (row.hidden ? row.created_at : row.updated_at).toISOString(),
  };
}

/** Those of `ids` that there are, by id; deleted accounts too, as what is left of them. */
export async function loadUsers(
  queries: Queries,
  ids: readonly string[],
  viewer: UserId | null,
): Promise<Map<string, UserObject>> {
  if (ids.length === 0) return new Map();
  const rows = await queries.query<UserRow>(
    `SELECT ${USER_COLUMNS}, ${HIDDEN} FROM users u WHERE u.id = ANY($1::uuid[])`,
    [ids, viewer],
  );
  return new Map(rows.map((row) => [row.id, toUserObject(row)]));
}

/** By id, username or PIN; a deleted account is found by its id alone. @throws {Refusal} `not_found` */
export async function findUser(queries: Queries, ref: string, viewer: UserId | null): Promise<UserObject> {
  const row = UUID_PATTERN.test(ref.toLowerCase())
    ? await findById(queries, ref.toLowerCase(), viewer)
    : await findByName(queries, ref, viewer);
  if (!row) throw new Refusal('not_found', 'Nobody goes by this id, username or PIN.');
  return toUserObject(row);
}

async function findById(queries: Queries, id: string, viewer: UserId | null): Promise<UserRow | undefined> {
  const [row] = await queries.query<UserRow>(
    `SELECT ${USER_COLUMNS}, ${HIDDEN} FROM users u WHERE u.id = $1`,
    [id, viewer],
  );
  return row;
}

/** A username that reads as somebody's PIN can't be registered (spec ACC-3), so at most one account answers to both. */
async function findByName(
  queries: Queries,
  ref: string,
  viewer: UserId | null,
): Promise<UserRow | undefined> {
  const [row] = await queries.query<UserRow>(
    `SELECT ${USER_COLUMNS}, ${HIDDEN} FROM users u WHERE u.username = $1 OR u.pin = $3
     ORDER BY u.username = $1 DESC NULLS LAST LIMIT 1`,
    [ref.toLowerCase(), viewer, normalizePin(ref) ?? null],
  );
  return row;
}

/** What the user alone sees of themselves. @throws {Refusal} `unauthorized` where the account is gone */
export async function loadOwnUser(queries: Queries, id: UserId): Promise<OwnUserObject> {
  const [row] = await queries.query<UserRow & { blocked_users: string[]; password_guessed_at: Date | null }>(
    `SELECT ${USER_COLUMNS}, u.password_guessed_at, ARRAY(SELECT b.blocked_id FROM blocks b WHERE b.user_id = u.id
                                   ORDER BY b.created_at, b.blocked_id) AS blocked_users
     FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL`,
    [id],
  );
  if (!row) throw new Refusal('unauthorized', 'This account has been deleted.');
  const { blocked_users, password_guessed_at } = row;
  return {
    ...toUserObject(row),
    blocked_users,
    ...(password_guessed_at && { password_guessed_at: password_guessed_at.toISOString() }),
  };
}

/** Whether the user chose the status `offline` (spec PRES-5). */
export async function appearsOffline(queries: Queries, id: UserId): Promise<boolean> {
  const rows = await queries.query(`SELECT 1 FROM users WHERE id = $1 AND status_state = 'offline'`, [id]);
  return rows.length > 0;
}
