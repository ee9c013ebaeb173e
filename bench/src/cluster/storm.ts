import type { Database } from '@tpx/server/db/database.ts';
import { Options } from '../command-line.ts';
import { TEXT_LENGTH_MIN } from '../load/member.ts';
import { monotonicMicros } from '../load/monotonic-clock.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { atLeast, atMost, markdownTable, printTargets, type Result } from '../result.ts';
import { measureWindow } from '../window/measure-window.ts';
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
/** The last deliveries are waited for. */
const AFTER_SECONDS = 3;

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
  const plan = {
    nodes: 1 + others,
    connections,
    rooms,
    concurrency: options.count('concurrency', 400),
    canReturn: true,
    nodeOf: (member: number) => (member % 20 < KILLED_OF_20 ? 0 : 1 + (member % others)),
  };
  const { came, window, lastSeqs, before } = await withCluster(
    plan,
    async ({ cluster, generator, measuring }) => {
      const database = cluster.openDatabase(1);
      const before = await readLastSeqs(database);
      const killAt = monotonicMicros() + BEFORE_SECONDS * 1e6;
      const until = killAt + seconds * 1e6;
      const coming = generator.storm({ places: cluster.places, refuges, killAt, until });
      const writing = measureWindow({ ...measuring, nodePids: measuring.nodePids.slice(1) }, load, 1);
      await Bun.sleep((killAt - monotonicMicros()) / 1000);
      process.kill(cluster.nodes[0]?.pid ?? 0, 'SIGKILL');
      const [came, window] = await Promise.all([coming, writing]);
      const lastSeqs = await readLastSeqs(database);
      await database.close();
      return { came, window, lastSeqs, before };
    },
  );
  const behind = [...lastSeqs].filter(([groupId, seq]) => came.leastSeqs[groupId] !== seq);
  const sum = (seqs: ReadonlyMap<string, number>) =>
    [...seqs.values()].reduce((total, seq) => total + seq, 0);
  const stored = sum(lastSeqs) - sum(before);
  const back = came.latency.summary();
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
        ['attempts to connect', came.attempts],
        ['messages acknowledged / stored', `${window.acknowledged} / ${stored}`],
        ['places skipped in any log', came.gaps],
        ['rooms in which a member lacks something', behind.length],
        ['p99 of a delivery meanwhile, ms', window.latency.p99],
        [
          'cores of nodes / Postgres / generator',
          [window.nodeCpu, window.postgresCpu, window.generatorCpu].map(decimals).join(' / '),
        ],
      ],
    )}`,
  );
  for (const failure of came.failures.slice(0, 5)) console.log(`  ${failure}`);
  const targets = [
    atLeast('clients back and caught up', back.count, onKilled, ''),
    atMost('p99 until back and caught up', back.p99 / 1000, 3, 's'),
    atMost('rooms in which a member lacks something', behind.length, 0, ''),
    atMost('places skipped in any log', came.gaps, 0, ''),
    atLeast('messages stored, of those acknowledged', stored, window.acknowledged, ''),
  ];
  printTargets(targets);
  const ok = targets.every(({ met }) => met);
  const { leastSeqs: _, latency: __, ...counts } = came;
  return {
    ok,
    machine: describeMachine(),
    connections: onKilled,
    others,
    rooms,
    ...load,
    targets,
    back,
    ...counts,
    stored,
    window,
  };
}

function decimals(value: number): string {
  return value.toFixed(2);
}

async function readLastSeqs(database: Database): Promise<Map<string, number>> {
  const rows = await database.query<{ id: string; last_seq: string }>(
    'SELECT id, last_seq FROM conversations',
  );
  return new Map(rows.map(({ id, last_seq }) => [id, Number(last_seq)]));
}
