import type { Joined } from '../load/generator.ts';
import type { LatencySummary } from '../load/latency-histogram.ts';
import type { Memory } from '../machine/measured-process.ts';
import { markdownTable, round } from '../result.ts';
import { percent, type Window } from './measure-window.ts';

type Bytes = { asItIs: number; collected: number };

export type JoinFigures = {
  count: number;
  perSecond: number;
  nodeMicros: number;
  /** In the second after the last answer: presence told to those who were there. */
  aftermathMicros: number;
  upgrade: LatencySummary;
  join: LatencySummary;
};

export type WindowFigures = Omit<Window, 'latency' | 'ackLatency' | 'lateness'> & {
  latency: LatencySummary;
  ackLatency: LatencySummary;
  lateness: LatencySummary;
};

export type FanoutFigures = {
  /** On a node that has served for a while. */
  joins: JoinFigures;
  /** On one that has seen its first thousand only. */
  firstJoins: JoinFigures;
  coldJoinsPerSecond: number;
  bytesPerConnection: Bytes;
  bytesPerConnectionAfterTraffic: Bytes;
  memory: { before: Memory; held: Memory; after: Memory };
  main: WindowFigures;
  withoutDelivered: WindowFigures;
};

export function windowFigures(window: Window): WindowFigures {
  const { latency, ackLatency, lateness, ...rest } = window;
  return {
    ...rest,
    latency: latency.summary(),
    ackLatency: ackLatency.summary(),
    lateness: lateness.summary(),
  };
}

export function joinFigures(joined: Joined, nodeSeconds: number, aftermathSeconds: number): JoinFigures {
  return {
    count: joined.joined,
    perSecond: joined.perSecond,
    nodeMicros: (nodeSeconds / joined.joined) * 1e6,
    aftermathMicros: (aftermathSeconds / joined.joined) * 1e6,
    upgrade: joined.upgrade.summary(),
    join: joined.join.summary(),
  };
}

type Row = [name: string, of: (figures: FanoutFigures) => number, unit: string];

const ROWS: readonly Row[] = [
  ['joins/s', ({ joins }) => joins.perSecond, ''],
  ['joins/s after the first thousand', ({ firstJoins }) => firstJoins.perSecond, ''],
  ['joins/s just after the start', ({ coldJoinsPerSecond }) => coldJoinsPerSecond, ''],
  ['node CPU a join', ({ joins }) => joins.nodeMicros, ' us'],
  ['the same in the second after', ({ joins }) => joins.aftermathMicros, ' us'],
  ['connection and upgrade, p50', ({ joins }) => joins.upgrade.p50, ' ms'],
  ['join, p50', ({ joins }) => joins.join.p50, ' ms'],
  ['memory a connection, collected', ({ bytesPerConnection }) => bytesPerConnection.collected / 1024, ' KiB'],
  ['memory a connection, as it is', ({ bytesPerConnection }) => bytesPerConnection.asItIs / 1024, ' KiB'],
  ...windowRows('', ({ main }) => main),
  ...windowRows('without delivered: ', ({ withoutDelivered }) => withoutDelivered),
];

function windowRows(prefix: string, window: (figures: FanoutFigures) => WindowFigures): Row[] {
  const row = (name: string, of: (window: WindowFigures) => number, unit: string): Row => [
    prefix + name,
    (figures) => of(window(figures)),
    unit,
  ];
  return [
    row('deliveries/s', ({ deliveriesPerSecond }) => deliveriesPerSecond, ''),
    row('p50', ({ latency }) => latency.p50, ' ms'),
    row('p95', ({ latency }) => latency.p95, ' ms'),
    row('p99', ({ latency }) => latency.p99, ' ms'),
    row('max', ({ latency }) => latency.max, ' ms'),
    row('node CPU a delivery', ({ microsPerDelivery }) => microsPerDelivery, ' us'),
    row('node, share of a core', ({ nodeCpu }) => nodeCpu * 100, '%'),
    row('Postgres, share of a core', ({ postgresCpu }) => postgresCpu * 100, '%'),
    row('generator, share of a core', ({ generatorCpu }) => generatorCpu * 100, '%'),
  ];
}

export function fanoutTable(node: FanoutFigures, bare: FanoutFigures): string {
  const rows = ROWS.map(([name, of, unit]) => {
    const [ours, theirs] = [of(node), of(bare)];
    const show = (value: number) => `${round(value).toLocaleString('en-US')}${unit}`;
    return [name, show(ours), show(theirs), theirs === 0 ? '' : `${round(ours / theirs)}`];
  });
  const { main } = node;
  const noise = `machine in the window: ${percent(main.machine.steal)} of a core stolen, ${percent(main.machine.foreign)} taken by other programs`;
  return `${markdownTable(['', 'node', 'bare Bun', 'node / bare'], rows)}\n\n${noise}`;
}
