import { Options } from '../command-line.ts';
import { TEXT_LENGTH_MIN } from '../load/member.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { atLeast, markdownTable, printTargets, type Result } from '../result.ts';
import { isWhole, type WindowFigures } from '../window/measure-window.ts';
import { type MeasureLoad, measureFanout, WARM_UP_USERS } from './measure-fanout.ts';
import { onBoth } from './on-both.ts';

const OPTIONS = {
  connections: 'how many connect, each its own user (18000)',
  rooms: 'how many rooms they are in (18)',
  rate: 'messages a second to begin with (80)',
  seconds: 'length of a window (5)',
  text: 'characters of a message (100)',
  concurrency: 'joins under way at a time (500)',
};

const P99_MAX_MS = 20;
/** Up or down by this until a rate that holds and one that does not are known. */
const STRIDE = 1.2;
/** Then the span between them is halved so many times: the answer is within 2.5% of the truth. */
const HALVINGS = 3;
const STEPS_MAX = 12;

/** How many deliveries a second one core gives with p99 < 20 ms, and how many a bare Bun server in the same run. */
export async function ceiling(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const users = options.count('connections', 18_000);
  const rooms = options.count('rooms', 18);
  const load = {
    perSecond: options.count('rate', 80),
    warmUpSeconds: 2,
    seconds: options.count('seconds', 5),
    textLength: options.count('text', 100, TEXT_LENGTH_MIN),
    delivered: 'off' as const,
  };
  const plan = { users, rooms, load, concurrency: options.count('concurrency', 500) };
  console.log(describeMachine());
  const crowds = [
    { users: WARM_UP_USERS, groups: Math.ceil((WARM_UP_USERS * rooms) / users) },
    { users, groups: rooms },
  ];
  const { node, bare } = await onBoth(crowds, async (measured, people) => {
    const figures = await measureFanout(measured, { ...plan, people }, (measure) =>
      search(load.perSecond, (perSecond) => holds(measure, { ...load, perSecond })),
    );
    return { ...figures, highest: highestOf(figures.windows) };
  });
  const row = (name: string, { highest }: typeof node) => [
    name,
    highest.deliveriesPerSecond,
    highest.load.perSecond,
    highest.latency.p50,
    highest.latency.p99,
    highest.microsPerDelivery,
    highest.nodeCpu * 100,
    highest.postgresCpu * 100,
    highest.generatorCpu * 100,
  ];
  const head = [
    '',
    'deliveries/s',
    'messages/s',
    'p50 ms',
    'p99 ms',
    'us of CPU a delivery',
    'server, % of a core',
    'Postgres, %',
    'generator, %',
  ];
  console.log(`\n${markdownTable(head, [row('node', node), row('bare Bun', bare)])}`);
  const ratio = node.highest.deliveriesPerSecond / bare.highest.deliveriesPerSecond;
  const targets = [atLeast('deliveries/s, of those of the bare server', ratio, 0.85, 'x')];
  printTargets(targets);
  const ok = targets.every(({ met }) => met);
  return { ok, machine: describeMachine(), ...plan, targets, node, bare };
}

/** A window that fails is given a second chance: what disturbs it can only make it worse. */
async function holds(measure: MeasureLoad, load: Parameters<MeasureLoad>[0]): Promise<WindowFigures> {
  const first = await measure(load, 1);
  return passes(first) ? first : await measure(load, 1);
}

function passes(window: WindowFigures): boolean {
  return isWhole(window) && window.latency.p99 < P99_MAX_MS;
}

/** Gives all windows that it took to find the highest rate that passes. */
async function search(
  from: number,
  measure: (perSecond: number) => Promise<WindowFigures>,
): Promise<WindowFigures[]> {
  const windows: WindowFigures[] = [];
  let good: number | undefined;
  let bad: number | undefined;
  let halvings = 0;
  for (let rate = from; windows.length < STEPS_MAX; ) {
    const window = await measure(rate);
    windows.push(window);
    if (passes(window)) good = rate;
    else bad = rate;
    if (good !== undefined && bad !== undefined) {
      if (halvings++ === HALVINGS) break;
      rate = (good + bad) / 2;
    } else rate = good === undefined ? rate / STRIDE : rate * STRIDE;
  }
  return windows;
}

function highestOf(windows: readonly WindowFigures[]): WindowFigures {
  const passed = windows.filter(passes);
  if (passed.length === 0) throw new Error('No rate passed: begin with a lower --rate.');
  return passed.reduce((best, window) => (window.load.perSecond > best.load.perSecond ? window : best));
}
