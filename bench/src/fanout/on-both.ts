import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBareServer } from '../bare/start-bare.ts';
import { chooseCores, pin } from '../machine/cores.ts';
import { startNode } from '../machine/start-node.ts';
import { PeopleFile } from '../seed/people-file.ts';
import { type SeedOptions, seed } from '../seed/seed.ts';
import type { Measured } from './measure-fanout.ts';

const TOKEN_SECONDS = 24 * 3600;

/** So many users, in so many groups of their own. */
export type Crowd = Pick<SeedOptions, 'users' | 'groups'>;

/**
 * Measures a node with these people, in this order, in its database, and then the bare server with the same people,
 * each on the core that is its own.
 */
export async function onBoth<Figures>(
  crowds: readonly Crowd[],
  measure: (measured: Measured, people: PeopleFile) => Promise<Figures>,
): Promise<{ node: Figures; bare: Figures }> {
  const cores = chooseCores();
  const folder = await mkdtemp(join(tmpdir(), 'tpx-bench-'));
  try {
    using people = new PeopleFile(join(folder, 'people'));
    let node: Figures;
    {
      await using server = await startNode(cores);
      const database = server.openDatabase(2);
      for (const crowd of crowds) {
        const seeded = await seed(database, { ...crowd, membersOf: 'one', tokenSeconds: TOKEN_SECONDS });
        people.append(seeded.people.map((person) => ({ ...person, node: 0 })));
      }
      // As autovacuum would have it a minute later.
      await database.query('ANALYZE');
      await database.close();
      node = await measure({ server, postgresPid: server.postgresPid, cores }, people);
    }
    await using server = await startBareServer();
    if (cores) pin(server.pid, cores.node);
    const bare = await measure({ server, postgresPid: undefined, cores }, people);
    return { node, bare };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
