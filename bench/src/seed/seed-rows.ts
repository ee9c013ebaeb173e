import { LIMITS, pinFromBytes, type SessionId, type UserId } from '@tpx/protocol';
import { type Database, isUniqueViolation } from '@tpx/server/db/database.ts';

/** Rows of one statement. */
const CHUNK = 5_000;
const PIN_TRIES = 5;

const USERS = `
  INSERT INTO users (id, username, pin, display_name, password_hash, created_at, updated_at)
  SELECT k.id, k.username, k.pin, k.username, $4, date_trunc('milliseconds', now()), date_trunc('milliseconds', now())
  FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (id, username, pin)`;
// Nobody holds the refresh tokens: their hashes are random, so that they open nothing.
const SESSIONS = `
  INSERT INTO device_sessions (id, user_id, device_name, refresh_hash, expires_at)
  SELECT k.id, k.user_id, 'benchmark', decode(md5(random()::text) || md5(random()::text), 'hex'),
         now() + make_interval(secs => $3)
  FROM unnest($1::uuid[], $2::uuid[]) AS k (id, user_id)`;
const CONVERSATIONS = `INSERT INTO conversations (id, kind) SELECT id, 'group' FROM unnest($1::uuid[]) AS k (id)`;
const GROUPS = `
  INSERT INTO groups (id, name, owner_id, upload_max_bytes, member_count)
  SELECT k.id, k.name, k.owner_id, $5, k.member_count
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::integer[]) AS k (id, name, owner_id, member_count)`;
const MEMBERS = `
  INSERT INTO members (conversation_id, user_id, role)
  SELECT g.id, k.user_id, CASE k.user_id WHEN g.owner_id THEN 'owner' ELSE 'user' END
  FROM unnest($1::uuid[], $2::uuid[]) AS k (group_id, user_id) JOIN groups g ON g.id = k.group_id`;

type UserRows = {
  run: string;
  users: readonly UserId[];
  sessions: readonly SessionId[];
  passwordHash: string;
};

export async function insertUsers(database: Database, rows: UserRows): Promise<void> {
  for (let from = 0; from < rows.users.length; from += CHUNK) {
    const ids = rows.users.slice(from, from + CHUNK);
    const names = ids.map((_, index) => `bench-${rows.run}-${from + index}`);
    await insertWithPins(database, ids, names, rows.passwordHash);
    const sessions = rows.sessions.slice(from, from + CHUNK);
    await database.query(SESSIONS, [sessions, ids, LIMITS.refreshTokenSeconds]);
  }
}

/** A PIN that is taken is about one in ten million users: the chunk then gets others. */
async function insertWithPins(
  database: Database,
  ids: readonly UserId[],
  names: readonly string[],
  passwordHash: string,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const pins = ids.map(() => pinFromBytes(crypto.getRandomValues(new Uint8Array(LIMITS.pinLength))));
    try {
      await database.query(USERS, [ids, names, pins, passwordHash]);
      return;
    } catch (error) {
      if (!isUniqueViolation(error, 'users_pin_key') || tries === PIN_TRIES) throw error;
    }
  }
}

/** Group j belongs to user j, who is the first of its members. */
export async function insertGroups(
  database: Database,
  run: string,
  groups: readonly string[],
  users: readonly UserId[],
  membersOf: 'one' | 'all',
): Promise<void> {
  for (let from = 0; from < groups.length; from += CHUNK) {
    const ids = groups.slice(from, from + CHUNK);
    const names = ids.map((_, index) => `Room ${run} ${from + index}`);
    const owners = ids.map((_, index) => users[from + index]);
    const counts = ids.map((_, index) =>
      membersOf === 'all' ? users.length : Math.ceil((users.length - from - index) / groups.length),
    );
    await database.query(CONVERSATIONS, [ids]);
    await database.query(GROUPS, [ids, names, owners, counts, LIMITS.uploadDefaultMaxBytes]);
  }
}

/** Gives how many memberships there are. */
export async function insertMembers(
  database: Database,
  groups: readonly string[],
  users: readonly UserId[],
  membersOf: 'one' | 'all',
): Promise<number> {
  const ofUser = (index: number) => (membersOf === 'all' ? groups : [groups[index % groups.length] ?? '']);
  let groupIds: string[] = [];
  let userIds: UserId[] = [];
  let stored = 0;
  const flush = async () => {
    if (userIds.length === 0) return;
    await database.query(MEMBERS, [groupIds, userIds]);
    stored += userIds.length;
    groupIds = [];
    userIds = [];
  };
  for (const [index, userId] of users.entries()) {
    for (const groupId of ofUser(index)) {
      groupIds.push(groupId);
      userIds.push(userId);
      if (userIds.length >= 2 * CHUNK) await flush();
    }
  }
  await flush();
  return stored;
}
