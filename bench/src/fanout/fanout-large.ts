import { Options } from '../command-line.ts';
import { TEXT_LENGTH_MIN } from '../load/member.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { atMost, printTargets, type Result } from '../result.ts';
import { measureFanout, WARM_UP_USERS } from './measure-fanout.ts';
import { onBoth } from './on-both.ts';
import { fanoutTable } from './report-fanout.ts';

const OPTIONS = {
  connections: 'how many connect, each its own user (18000)',
  rooms: 'how many rooms they are in (18)',
  rates: 'messages a second over all rooms, a window each, comma-separated (20,60,100)',
  seconds: 'length of a window (10)',
  text: 'characters of a message (100)',
  concurrency: 'joins under way at a time (500)',
};

/**
 * Large rooms, one node on one core: the same windows on the node and on a bare Bun server, without `delivered` marks,
 * and the last of them once more with those of every reader.
 */
export async function fanoutLarge(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const users = options.count('connections', 18_000);
  const rooms = options.count('rooms', 18);
  const rates = options.counts('rates', [20, 60, 100]);
  const load = {
    perSecond: rates.at(-1) ?? 1,
    warmUpSeconds: 3,
    seconds: options.count('seconds', 10),
    textLength: options.count('text', 100, TEXT_LENGTH_MIN),
    delivered: 'coalesced' as const,
  };
  const loads = [...rates.map((perSecond) => ({ ...load, perSecond, delivered: 'off' as const })), load];
  const plan = { users, rooms, load, concurrency: options.count('concurrency', 500) };
  console.log(describeMachine());
  const crowds = [
    { users: WARM_UP_USERS, groups: Math.ceil((WARM_UP_USERS * rooms) / users) },
    { users, groups: rooms },
  ];
  const { node, bare } = await onBoth(crowds, (measured, people) =>
    measureFanout(measured, { ...plan, people }, async (measure) => {
      const windows = [];
      for (const each of loads) windows.push(await measure(each));
      return windows;
    }),
  );
  console.log(`\n${fanoutTable(node, bare)}`);
  const heaviest = node.windows.at(-2);
  if (!heaviest) throw new Error('Nothing was measured.');
  const missing = node.windows.reduce((sum, window) => sum + window.missing, 0);
  const targets = [
    atMost(`p99 at ${Math.round(heaviest.deliveriesPerSecond)} deliveries/s`, heaviest.latency.p99, 20, 'ms'),
    atMost('node CPU a delivery', heaviest.microsPerDelivery, 9, 'us'),
    atMost('deliveries that did not come', missing, 0, ''),
  ];
  printTargets(targets);
  const ok = targets.every(({ met }) => met);
  return { ok, machine: describeMachine(), ...plan, targets, node, bare };
}
