import { openDatabase } from '@tpx/server/db/bun-database.ts';
import { Options } from '../command-line.ts';
import type { Result } from '../result.ts';
import { databasePlace } from './database-place.ts';
import { personLine } from './people-file.ts';
import { seed } from './seed.ts';

const OPTIONS = {
  users: 'how many users (needed)',
  groups: 'how many groups (needed)',
  out: 'the file that gets a line a user (needed)',
  'members-of': 'one: user i is in group i mod G; all: everybody is in every group (one)',
  'data-dir': 'data folder of a running node (TPX_DATA_DIR, else ./data)',
  'database-url': 'its database, instead (TPX_DATABASE_URL)',
  'token-hours': 'for how long the access tokens are good (24)',
};

/**
 * `seed --users N --groups G --out FILE`: accounts that can be used at once, in the database of a running node. FILE
 * gets a line a user, `<access_token> <group_id>`. With `--members-of all` every user is a member of every group, and
 * FILE still names group i mod G.
 */
export async function seedCommand(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const users = options.count('users', undefined);
  const groups = options.count('groups', undefined);
  const out = options.required('out');
  const membersOf = options.oneOf('members-of', ['one', 'all'], 'one');
  const tokenSeconds = options.count('token-hours', 24) * 3600;
  const place = databasePlace(
    options.text('database-url') ?? (options.text('data-dir') ? undefined : process.env.TPX_DATABASE_URL),
    options.text('data-dir') ?? process.env.TPX_DATA_DIR ?? './data',
  );
  const startedAt = performance.now();
  const database = openDatabase({ ...place, connections: 2 });
  try {
    const { people, seconds, memberships } = await seed(database, { users, groups, membersOf, tokenSeconds });
    await Bun.write(out, people.map((person) => `${personLine(person)}\n`).join(''));
    const total = (performance.now() - startedAt) / 1000;
    console.log(
      `${users} users, ${groups} groups, ${memberships} memberships in ${total.toFixed(1)} s -> ${out}`,
    );
    return { ok: true, users, groups, memberships, out, seconds: { ...seconds, total } };
  } finally {
    await database.close();
  }
}
