import { Options } from '../command-line.ts';
import { TEXT_LENGTH_MIN } from '../load/member.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { atMost, markdownTable, printTargets, type Result } from '../result.ts';
import { measureWindow, type WindowFigures } from '../window/measure-window.ts';
import { withCluster } from './with-cluster.ts';

const OPTIONS = {
  nodes: 'how many nodes, a cluster each, comma-separated (1,2,4)',
  connections: 'how many connect, each its own user (4000)',
  rooms: 'how many rooms they are in; the members of each are spread over all nodes (40)',
  rate: 'messages a second over all rooms (200)',
  seconds: 'length of a window (10)',
  text: 'characters of a message (100)',
  concurrency: 'joins under way at a time (200)',
};

type Step = { nodes: number; window: WindowFigures };

/** The same load on one node and on clusters: what crossing NATS takes, and what it costs. */
export async function cluster(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const connections = options.count('connections', 4_000);
  const rooms = options.count('rooms', 40);
  const concurrency = options.count('concurrency', 200);
  const load = {
    perSecond: options.count('rate', 200),
    warmUpSeconds: 3,
    seconds: options.count('seconds', 10),
    textLength: options.count('text', 100, TEXT_LENGTH_MIN),
    delivered: 'off' as const,
  };
  console.log(describeMachine());
  const steps: Step[] = [];
  for (const nodes of options.counts('nodes', [1, 2, 4])) {
    const plan = { nodes, connections, rooms, concurrency, nodeOf: (member: number) => member % nodes };
    const window = await withCluster(plan, ({ measuring }) => measureWindow(measuring, load));
    steps.push({ nodes, window });
  }
  console.log(`\n${table(steps)}`);
  const targets = steps
    .filter(({ nodes }) => nodes > 1)
    .flatMap(({ nodes, window }) => [
      atMost(`${nodes} nodes: p99 of a delivery on another node`, window.crossLatency.p99, 20, 'ms'),
      atMost(`${nodes} nodes: deliveries that did not come`, window.missing, 0, ''),
    ]);
  printTargets(targets);
  const ok = targets.every(({ met }) => met);
  return { ok, machine: describeMachine(), connections, rooms, concurrency, ...load, targets, steps };
}

function table(steps: readonly Step[]): string {
  const head = [
    'nodes',
    'deliveries/s',
    'of them from another node',
    'p50, p99, max, ms',
    'p50, p99, max from another node, ms',
    'us of the nodes’ CPU a delivery',
    'us of NATS’ CPU a delivery',
    'Postgres, % of a core',
  ];
  return markdownTable(
    head,
    steps.map(({ nodes, window }) => [
      nodes,
      window.deliveriesPerSecond,
      `${Math.round((window.crossLatency.count / window.deliveries) * 100)}%`,
      spread(window.latency),
      nodes === 1 ? '' : spread(window.crossLatency),
      window.microsPerDelivery,
      (window.natsCpu * 1e6) / window.deliveriesPerSecond,
      window.postgresCpu * 100,
    ]),
  );
}

function spread({ p50, p99, max }: { p50: number; p99: number; max: number }): string {
  return [p50, p99, max].map((value) => value.toFixed(2)).join(', ');
}
