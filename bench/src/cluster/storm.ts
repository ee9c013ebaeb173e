import { Options } from '../command-line.ts';
import { TEXT_LENGTH_MIN } from '../load/member.ts';
import { monotonicMicros } from '../load/monotonic-clock.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { atLeast, atMost, markdownTable, printTargets, type Result } from '../result.ts';
import { measureWindow } from '../window/measure-window.ts';
import { bareStorm } from './bare-storm.ts';
import { describeLacking, lookUntilWhole, readLastSeqs, sumOf } from './look-until-whole.ts';
import { withCluster } from './with-cluster.ts';

const OPTIONS = {
  connections: 'how many are on the node that is killed, each its own user (18000)',
  others: 'how many nodes take them over (2)',
  rooms: 'how many rooms they are in (18)',
  rate: 'messages a second over all rooms, from members on the other nodes, before, during and after (20)',
  seconds: 'how long after the kill all are looked at (12)',
  text: 'characters of a message (100)',
  concurrency: 'joins under way at a time, before (400)',
};

/** Of twenty members of a room so many are on the node that is killed; the others stay, and write. */
const KILLED_OF_20 = 18;
const BEFORE_SECONDS = 4;
/** The writers stop so long before the end; their last deliveries are waited for. */
const AFTER_SECONDS = 3;
/** From the last message on. A member that lacks it for longer would have to be notified by the next one. */
const WHOLE_WITHIN_SECONDS = 3;
/** After the last message, before the first look: the end of the window waits for its deliveries (`Traffic`). */
const DRAIN_SECONDS = 2;

/** A node with all these clients is killed; they come back to the others as the SDK does, and miss nothing. */
export async function storm(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const onKilled = options.count('connections', 18_000);
  const others = options.count('others', 2);
  const rooms = options.count('rooms', 18);
  const rate = options.count('rate', 20);
  const seconds = options.count('seconds', 12, 5);
  const connections = Math.ceil((onKilled * 20) / KILLED_OF_20);
  const refuges = Array.from({ length: others }, (_, index) => index + 1);
  const load = {
    perSecond: rate,
    warmUpSeconds: 1,
    seconds: BEFORE_SECONDS + seconds - AFTER_SECONDS,
    textLength: options.count('text', 100, TEXT_LENGTH_MIN),
    delivered: 'off' as const,
    fromNodes: refuges,
  };
  console.log(describeMachine());
  const nodeOf = (member: number) => (member % 20 < KILLED_OF_20 ? 0 : 1 + (member % others));
  const concurrency = options.count('concurrency', 400);
  const bare = await bareStorm({ connections, rooms, refuges, concurrency, seconds, nodeOf });
  const plan = {
    nodes: 1 + others,
    connections,
    rooms,
    concurrency,
    canReturn: true,
    nodeOf,
  };
  const { came, window, looked, before } = await withCluster(
    plan,
    async ({ cluster, generator, measuring }) => {
      const database = cluster.openDatabase(1);
      const before = await readLastSeqs(database);
      const killAt = monotonicMicros() + BEFORE_SECONDS * 1e6;
      const until = killAt + seconds * 1e6;
      const coming = generator.storm({ places: cluster.places, refuges, killAt, until });
      // It does not wait for a quiet machine: the kill would not, and the writers would go on after the readers are judged.
      const parts = { ...measuring, nodePids: measuring.nodePids.slice(1) };
      const writing = measureWindow(parts, load, 1, false);
      await Bun.sleep((killAt - monotonicMicros()) / 1000);
      process.kill(cluster.nodes[0]?.pid ?? 0, 'SIGKILL');
      const [came, window] = await Promise.all([coming, writing]);
      const looked = await lookUntilWhole(generator, database);
      await database.close();
      return { came, window, looked, before };
    },
  );
  const roomsLacking = new Set(looked.lacking.map(({ groupId }) => groupId)).size;
  const wholeAfter = DRAIN_SECONDS + looked.wholeAfterSeconds;
  const stored = sumOf(looked.lastSeqs) - sumOf(before);
  const back = came.latency.summary();
  const bareBack = bare.latency.summary();
  const ratio = back.p99 / bareBack.p99;
  console.log(
    `\n${markdownTable(
      ['', ''],
      [
        ['clients of the killed node', came.lost],
        ['back and caught up', back.count],
        [
          'p50, p95, p99, max until then, s',
          [back.p50, back.p95, back.p99, back.max].map((ms) => decimals(ms / 1000)).join(', '),
        ],
        ['p99 of the same clients at bare servers, s', decimals(bareBack.p99 / 1000)],
        ['p99, of that of bare servers', ratio.toFixed(2)],
        ['attempts to connect', came.attempts],
        ['messages acknowledged / stored', `${window.acknowledged} / ${stored}`],
        ['places skipped in any log', looked.gaps],
        ['rooms in which a member lacks something', roomsLacking],
        ['until everybody had everything after the last message, s', decimals(wholeAfter)],
        ['p99 of a delivery meanwhile, ms', window.latency.p99],
        [
          'cores of nodes / Postgres / generator',
          [window.nodeCpu, window.postgresCpu, window.generatorCpu].map(decimals).join(' / '),
        ],
      ],
    )}`,
  );
  for (const failure of came.failures.slice(0, 5)) console.log(`  ${failure}`);
  for (const line of describeLacking(looked.lacking)) console.log(`  lacks: ${line}`);
  const targets = [
    atLeast('clients back and caught up', back.count, onKilled, ''),
    atMost('p99 until back and caught up', back.p99 / 1000, 3, 's'),
    atMost('rooms in which a member lacks something', roomsLacking, 0, ''),
    atMost('until everybody had everything after the last message', wholeAfter, WHOLE_WITHIN_SECONDS, 's'),
    atMost('places skipped in any log', looked.gaps, 0, ''),
    atLeast('messages stored, of those acknowledged', stored, window.acknowledged, ''),
  ];
  printTargets(targets);
  const ok = targets.every(({ met }) => met);
  const { latency: _, ...counts } = came;
  return {
    ok,
    machine: describeMachine(),
    connections: onKilled,
    others,
    rooms,
    ...load,
    targets,
    back,
    bareBack,
    ratioToBare: ratio,
    wholeAfterSeconds: wholeAfter,
    gaps: looked.gaps,
    lacking: looked.lacking,
    ...counts,
    stored,
    window,
  };
}

function decimals(value: number): string {
  return value.toFixed(2);
}
