import { Options } from '../command-line.ts';
import { type FanoutFigures, measureFanout, WARM_UP_USERS } from '../fanout/measure-fanout.ts';
import { onBoth } from '../fanout/on-both.ts';
import { TEXT_LENGTH_MIN } from '../load/member.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { atMost, markdownTable, printTargets, type Result } from '../result.ts';

const OPTIONS = {
  connections: 'how many connect, each its own user (18000)',
  rooms: 'how many rooms they are in (18)',
  rate: 'messages a second of the window after which memory is told once more (60)',
  text: 'characters of a message (100)',
  concurrency: 'joins under way at a time (500)',
};

const TYPES_SHOWN = 12;

/** What one more connection costs the node, when it is authenticated, joined and present; and where that lies. */
export async function memory(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const users = options.count('connections', 18_000);
  const rooms = options.count('rooms', 18);
  const load = {
    perSecond: options.count('rate', 60),
    warmUpSeconds: 1,
    seconds: 5,
    textLength: options.count('text', 100, TEXT_LENGTH_MIN),
    delivered: 'coalesced' as const,
  };
  const plan = { users, rooms, load, concurrency: options.count('concurrency', 500) };
  console.log(describeMachine());
  const crowds = [
    { users: WARM_UP_USERS, groups: Math.ceil((WARM_UP_USERS * rooms) / users) },
    { users, groups: rooms },
  ];
  const { node, bare } = await onBoth(crowds, (measured, people) =>
    measureFanout(measured, { ...plan, people }, async (measure) => [await measure(load, 1)]),
  );
  const rows = ROWS.map(([name, of]) => [name, of(node, users), of(bare, users)]);
  console.log(`\n${markdownTable(['bytes a connection', 'node', 'bare Bun'], rows)}`);
  console.log(`\n${markdownTable(['objects of the heap, a connection', 'node'], typeRows(node, users))}`);
  const targets = [
    atMost('memory of a connection, collected', node.bytesPerConnection.collected, 3_500, 'B'),
  ];
  printTargets(targets);
  const ok = targets.every(({ met }) => met);
  return { ok, machine: describeMachine(), ...plan, targets, node, bare };
}

type Row = [name: string, of: (figures: FanoutFigures, users: number) => number];

const ROWS: readonly Row[] = [
  ['resident, collected', ({ bytesPerConnection }) => bytesPerConnection.collected],
  ['of it: live objects of the heap', (figures, users) => grown(figures, 'size') / users],
  [
    'of it: room between them',
    (figures, users) => (grown(figures, 'capacity') - grown(figures, 'size')) / users,
  ],
  [
    'of it: outside of the heap (sockets, their topics)',
    (figures, users) => figures.bytesPerConnection.collected - grown(figures, 'capacity') / users,
  ],
  ['resident, as it is', ({ bytesPerConnection }) => bytesPerConnection.asItIs],
  ['collected, after the window', (figures) => figures.bytesPerConnectionAfterTraffic.collected],
  ['as it is, after the window', (figures) => figures.bytesPerConnectionAfterTraffic.asItIs],
];

function grown({ memory }: FanoutFigures, what: 'size' | 'capacity'): number {
  return memory.held.heap[what] - memory.before.heap[what];
}

/** The types of which there are most more than before the connections came. */
function typeRows({ memory }: FanoutFigures, users: number): [string, number][] {
  const { before, held } = memory;
  return Object.entries(held.heap.objects)
    .map(([type, count]): [string, number] => [type, (count - (before.heap.objects[type] ?? 0)) / users])
    .sort(([, one], [, other]) => other - one)
    .slice(0, TYPES_SHOWN);
}
