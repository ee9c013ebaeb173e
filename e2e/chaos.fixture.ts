import { expect } from 'bun:test';
import { processTree, type SeededRandom, seededRandom, seedOfThisRun, type TestServer } from '@tpx/testkit';
import { Cluster } from './cluster.fixture.ts';
import { Traffic } from './cluster-traffic.fixture.ts';
import { Clients } from './phoenix-client.fixture.ts';

const NODES = 2;
const HOLDS_MS = { from: 200, to: 6_000 };
/** Two faults at once, one time in so many. */
const DOUBLE_ONE_IN = 3;

type Fault = {
  /** Faults of the same part do not overlap. */
  part: string;
  what: string;
  begin(): Promise<void> | void;
  /** In the order of `faults`: a node does not start without PostgreSQL. */
  end(): Promise<void> | void;
};

/**
 * Two nodes and a third of two workers over one NATS and one PostgreSQL. For so long their processes are killed and
 * stopped in an order that the seed gives, while members of every node read and send. After each round everybody has
 * everything that was acknowledged, once and in order (CLU-7).
 */
export async function chaos(seconds: number): Promise<void> {
  const seed = seedOfThisRun();
  console.log(`TPX_TEST_SEED=${seed}`);
  const random = seededRandom(seed);
  await using cluster = await Cluster.start(NODES);
  const workers = await cluster.addNode({ TPX_WORKERS: '2' });
  using clients = new Clients();
  const traffic = await Traffic.start(clients, cluster);
  let rounds = 0;
  try {
    for (const endsAt = Date.now() + seconds * 1_000; Date.now() < endsAt; ) {
      const faults = faultsOf(cluster, workers, random);
      const chosen = choose(faults, random);
      const holdsMs = HOLDS_MS.from + random.below(HOLDS_MS.to - HOLDS_MS.from);
      console.log(`${++rounds}: ${chosen.map(({ what }) => what).join(', and ')}, for ${holdsMs} ms`);
      for (const fault of chosen) await fault.begin();
      await Bun.sleep(holdsMs);
      for (const fault of chosen) await fault.end();
      await traffic.flows();
      await traffic.arrives();
    }
    await traffic.endsWhole();
  } catch (error) {
    for (const node of cluster.nodes) console.log(`${node.url} wrote:\n${node.output().slice(-4_000)}`);
    throw error;
  }
  console.log(`${rounds} rounds, ${traffic.acknowledged} messages`);
  expect(traffic.acknowledged).toBeGreaterThan(rounds);
}

function choose(faults: readonly Fault[], random: SeededRandom): Fault[] {
  const first = random.pick(faults);
  if (random.below(DOUBLE_ONE_IN) > 0) return [first];
  const second = random.pick(faults.filter(({ part }) => part !== first.part));
  return faults.filter((fault) => fault === first || fault === second);
}

function faultsOf(cluster: Cluster, workers: TestServer, random: SeededRandom): Fault[] {
  const index = random.below(NODES);
  const node = cluster.node(index);
  const workerPids = workersOf(workers);
  const worker = workerPids[random.below(workerPids.length)] ?? workers.pid;
  const still = (pids: () => number[]) => {
    // Each has its own: two may stand still at once, and those that go on must be those that were stopped.
    let stopped: number[] = [];
    return {
      begin: () => {
        stopped = pids();
        signal(stopped, 'SIGSTOP');
      },
      end: () => signal(stopped, 'SIGCONT'),
    };
  };
  return [
    {
      part: 'postgres',
      what: 'PostgreSQL is killed',
      begin: async () => {
        const { pid, exited } = cluster.postgres;
        signal([pid], 'SIGKILL');
        await exited;
        await cluster.stopPostgres();
      },
      end: () => cluster.startPostgres(),
    },
    {
      part: 'postgres',
      what: 'PostgreSQL stands still',
      ...still(() => processTree(cluster.postgres.pid)),
    },
    {
      part: 'nats',
      what: 'NATS is killed',
      begin: () => cluster.nats.stop(),
      end: () => cluster.nats.start(),
    },
    { part: 'nats', what: 'NATS stands still', ...still(() => [cluster.nats.pid]) },
    {
      part: 'node',
      what: `node ${index} is killed`,
      begin: () => node.kill(),
      end: () => node.start(),
    },
    { part: 'node', what: `node ${index} stands still`, ...still(() => processTree(node.pid)) },
    {
      part: 'workers',
      what: `worker ${worker} is killed`,
      begin: () => signal([worker], 'SIGKILL'),
      // The supervisor starts the next one.
      end: () => undefined,
    },
    { part: 'workers', what: `worker ${worker} stands still`, ...still(() => [worker]) },
  ];
}

/** The worker processes that its supervisor named last, by number. */
function workersOf(server: TestServer): number[] {
  const named = server.output().matchAll(/Worker (\d+) is process (\d+)\./g);
  return [...new Map([...named].map(([, number, pid]) => [Number(number), Number(pid)])).values()];
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      // It has ended, or was replaced, meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
