import type { SessionId, UserId } from '@tpx/protocol';
import { AccessTokens } from '@tpx/server/accounts/access-tokens.ts';
import { hashPassword } from '@tpx/server/accounts/passwords.ts';
import { SigningKeys } from '@tpx/server/accounts/signing-keys.ts';
import type { Database } from '@tpx/server/db/database.ts';
import { insertGroups, insertMembers, insertUsers } from './seed-rows.ts';

export type SeedOptions = {
  users: number;
  groups: number;
  /** `one`: user i is in group i mod G. `all`: every user is in every group. */
  membersOf: 'one' | 'all';
  tokenSeconds: number;
};

export type SeededPerson = { id: UserId; sessionId: SessionId; token: string; groupId: string };

export type Seeded = {
  people: SeededPerson[];
  memberships: number;
  seconds: { password: number; users: number; groups: number; tokens: number };
};

/** What all seeded users log in with. */
const SEED_PASSWORD = 'seeded for a benchmark';

const log = { warn: (fields: object, message: string) => console.warn(message, fields) };

/** Every run makes users and groups of its own, so it can be repeated on the same database. */
export async function seed(database: Database, options: SeedOptions): Promise<Seeded> {
  const seconds = { password: 0, users: 0, groups: 0, tokens: 0 };
  let lapAt = performance.now();
  const lap = (name: keyof typeof seconds) => {
    seconds[name] = (performance.now() - lapAt) / 1000;
    lapAt = performance.now();
  };
  const run = Math.floor(Date.now() / 1000).toString(36) + Math.random().toString(36).slice(2, 6);
  const users = Array.from({ length: options.users }, () => Bun.randomUUIDv7() as UserId);
  const sessions = users.map(() => Bun.randomUUIDv7() as SessionId);
  // More groups than users would be groups without anybody in them, and so without an owner.
  const groups = Array.from({ length: Math.min(options.groups, users.length) }, () => Bun.randomUUIDv7());

  const passwordHash = await hashPassword(SEED_PASSWORD);
  lap('password');
  await insertUsers(database, { run, users, sessions, passwordHash });
  lap('users');
  await insertGroups(database, run, groups, users, options.membersOf);
  const memberships = await insertMembers(database, groups, users, options.membersOf);
  lap('groups');
  const keys = await SigningKeys.open(database, log);
  keys.close();
  const tokens = new AccessTokens(keys);
  const people = users.map((id, index) => {
    const sessionId = sessions[index] as SessionId;
    const token = tokens.sign({ userId: id, sessionId }, options.tokenSeconds);
    return { id, sessionId, token, groupId: groups[index % groups.length] ?? '' };
  });
  lap('tokens');
  return { people, memberships, seconds };
}
