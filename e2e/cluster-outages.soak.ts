// soak: 6 min. Twelve outages of a cluster, also two at once; nothing acknowledged is lost
import { expect, test } from 'bun:test';
import { seededRandom, seedOfThisRun } from '@tpx/testkit';
import { Cluster } from './cluster.fixture.ts';
import { Traffic } from './cluster-traffic.fixture.ts';
import { Clients } from './phoenix-client.fixture.ts';

const NODES = 3;
const ROUNDS = 12;
const LASTS_MS = { from: 500, to: 8_000 };
const STANDS_STILL_MS = 20_000;
const TIMEOUT_MS = 20 * 60_000;

type Outage = { what: string; lastsMs: number; begin(): Promise<void> | void; end(): Promise<void> | void };

/** All that may be away, in the order in which it comes back: a node does not start without PostgreSQL. */
function outages(cluster: Cluster, lastsMs: number, still: number, cut: number, killed: number): Outage[] {
  return [
    {
      what: 'PostgreSQL is stopped',
      lastsMs,
      begin: () => cluster.stopPostgres(),
      end: () => cluster.startPostgres(),
    },
    {
      what: 'NATS is killed',
      lastsMs,
      begin: () => cluster.nats.stop(),
      end: () => cluster.nats.start(),
    },
    {
      what: `node ${cut} is cut off from NATS`,
      lastsMs,
      begin: () => cluster.link(cut).cut(),
      end: () => cluster.link(cut).heal(),
    },
    {
      what: `node ${still} stands still`,
      lastsMs: STANDS_STILL_MS,
      begin: () => void process.kill(cluster.node(still).pid, 'SIGSTOP'),
      end: () => void process.kill(cluster.node(still).pid, 'SIGCONT'),
    },
    {
      what: `node ${killed} is killed`,
      lastsMs,
      begin: () => cluster.node(killed).kill(),
      end: () => cluster.node(killed).start(),
    },
  ];
}

test(
  'CLU-7 one outage after the other, also two at once: every acknowledged message arrives once and in order',
  async () => {
    const seed = seedOfThisRun();
    console.log(`TPX_TEST_SEED=${seed}`);
    const random = seededRandom(seed);
    await using cluster = await Cluster.start(NODES);
    using clients = new Clients();
    const traffic = await Traffic.start(clients, cluster);
    for (let round = 1; round <= ROUNDS; round++) {
      const first = random.below(NODES);
      const nodes = [first, (first + 1) % NODES, (first + 2) % NODES] as const;
      const lastsMs = LASTS_MS.from + random.below(LASTS_MS.to - LASTS_MS.from);
      const all = outages(cluster, lastsMs, ...nodes);
      const chosen = new Set([random.pick(all), random.pick(all)]);
      console.log(`${round}: ${[...chosen].map(({ what }) => what).join(', and ')}`);
      for (const outage of chosen) await outage.begin();
      await Bun.sleep(Math.max(...[...chosen].map((outage) => outage.lastsMs)));
      for (const outage of all) if (chosen.has(outage)) await outage.end();
      await cluster.isWhole();
      await traffic.flows();
      await traffic.arrives();
    }
    await traffic.endsWhole();
    console.log(`${traffic.acknowledged} messages`);
    expect(traffic.acknowledged).toBeGreaterThan(ROUNDS);
  },
  TIMEOUT_MS,
);
