import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generator } from '../load/generator.ts';
import { type MeasuredCluster, startCluster } from '../machine/start-cluster.ts';
import { PeopleFile } from '../seed/people-file.ts';
import { seed } from '../seed/seed.ts';
import type { Measuring } from '../window/measure-window.ts';

const TOKEN_SECONDS = 24 * 3600;
const DATABASE_CONNECTIONS = 10;
/** For presence to have told everybody. */
const SETTLE_MS = 3_000;

type Plan = {
  nodes: number;
  connections: number;
  rooms: number;
  concurrency: number;
  canReturn?: boolean;
  /** The node of the n-th member of a room. */
  nodeOf(member: number): number;
};

/** A cluster with everybody joined. */
export type Populated = { cluster: MeasuredCluster; generator: Generator; measuring: Measuring };

/** Starts as many nodes, without NATS where it is one, and brings everybody in. */
export async function withCluster<Answer>(
  plan: Plan,
  run: (populated: Populated) => Promise<Answer>,
): Promise<Answer> {
  const { nodes, connections, rooms, concurrency, canReturn } = plan;
  const folder = await mkdtemp(join(tmpdir(), 'tpx-bench-'));
  try {
    await using cluster = await startCluster({
      nodes,
      withNats: nodes > 1,
      databaseConnections: DATABASE_CONNECTIONS,
    });
    using people = new PeopleFile(join(folder, 'people'));
    const database = cluster.openDatabase(2);
    const crowd = {
      users: connections,
      groups: rooms,
      membersOf: 'one',
      tokenSeconds: TOKEN_SECONDS,
    } as const;
    const seeded = await seed(database, crowd);
    // User i is member i / rooms of its room.
    const node = (index: number) => plan.nodeOf(Math.floor(index / rooms));
    people.append(seeded.people.map((person, index) => ({ ...person, node: node(index) })));
    await database.query('ANALYZE');
    await database.close();

    await using generator = new Generator(connections, null);
    const joined = await generator.join(cluster.places, people, 0, connections, concurrency, { canReturn });
    if (joined.failed > 0) throw new Error(`${joined.failed} joins failed: ${joined.failures.join('; ')}`);
    console.log(
      `  ${nodes === 1 ? '1 node' : `${nodes} nodes`}: joined ${joined.joined} at ${Math.round(joined.perSecond)}/s`,
    );
    await Bun.sleep(SETTLE_MS);
    const measuring = {
      generator,
      nodePids: cluster.nodes.map(({ pid }) => pid),
      postgresPid: cluster.postgres.pid,
      ...(cluster.nats && { natsPid: cluster.nats.pid }),
      readersOf: (groupId: string) => people.groupSizes.get(groupId) ?? 0,
    };
    return await run({ cluster, generator, measuring });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
