import { markdownTable, round } from '../result.ts';
import { describeNoise, type WindowFigures } from '../window/measure-window.ts';
import type { FanoutFigures, JoinFigures } from './measure-fanout.ts';

type Row<Figures> = [name: string, of: (figures: Figures) => number, unit: string];

const HELD_ROWS: readonly Row<FanoutFigures>[] = [
  ['joins/s after the first thousand', ({ joins }) => joins.perSecond, ''],
  ['joins/s just after the start', ({ coldJoinsPerSecond }) => coldJoinsPerSecond, ''],
  ['node CPU a join', ({ joins }) => joins.nodeMicros, ' us'],
  ['the same in the second after', ({ joins }) => joins.aftermathMicros, ' us'],
  ['connection and upgrade, p50', ({ joins }) => joins.upgrade.p50, ' ms'],
  ['join, p50', ({ joins }) => joins.join.p50, ' ms'],
  ['memory a connection, collected', ({ bytesPerConnection }) => bytesPerConnection.collected, ' B'],
  ['memory a connection, as it is', ({ bytesPerConnection }) => bytesPerConnection.asItIs, ' B'],
];

const WINDOW_ROWS: readonly Row<WindowFigures>[] = [
  ['deliveries/s', ({ deliveriesPerSecond }) => deliveriesPerSecond, ''],
  ['p50', ({ latency }) => latency.p50, ' ms'],
  ['p95', ({ latency }) => latency.p95, ' ms'],
  ['p99', ({ latency }) => latency.p99, ' ms'],
  ['max', ({ latency }) => latency.max, ' ms'],
  ['node CPU a delivery', ({ microsPerDelivery }) => microsPerDelivery, ' us'],
  ['node, share of a core', ({ nodeCpu }) => nodeCpu * 100, '%'],
  ['Postgres, share of a core', ({ postgresCpu }) => postgresCpu * 100, '%'],
  ['generator, share of a core', ({ generatorCpu }) => generatorCpu * 100, '%'],
];

const LATER_JOIN_ROWS: readonly Row<JoinFigures>[] = [
  ['joins/s after all that', ({ perSecond }) => perSecond, ''],
  ['node CPU a join', ({ nodeMicros }) => nodeMicros, ' us'],
];

type Told = FanoutFigures & { laterJoins?: JoinFigures };

/** One server beside the other: what it took to have everybody there, then each window of theirs. */
export function fanoutTable(node: Told, bare: Told): string {
  const rows = HELD_ROWS.map((row) => compare(row, node, bare));
  for (const [index, window] of node.windows.entries()) {
    const theirs = bare.windows[index];
    if (!theirs) continue;
    const { perSecond, delivered } = window.load;
    rows.push([`**${perSecond} messages/s, delivered ${delivered}**`, '', '', '']);
    rows.push(...WINDOW_ROWS.map((row) => compare(row, window, theirs)));
  }
  const [ours, theirs] = [node.laterJoins, bare.laterJoins];
  if (ours && theirs) rows.push(...LATER_JOIN_ROWS.map((row) => compare(row, ours, theirs)));
  const noise = node.windows.map(({ machine }) => describeNoise(machine)).join('; ');
  return `${markdownTable(['', 'node', 'bare Bun', 'node / bare'], rows)}\n\nmachine in the windows of the node: ${noise}`;
}

function compare<Figures>([name, of, unit]: Row<Figures>, node: Figures, bare: Figures): string[] {
  const [ours, theirs] = [of(node), of(bare)];
  const show = (value: number) => `${round(value).toLocaleString('en-US')}${unit}`;
  return [name, show(ours), show(theirs), theirs === 0 ? '' : `${round(ours / theirs)}`];
}
