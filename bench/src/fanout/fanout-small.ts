import { Options } from '../command-line.ts';
import { TEXT_LENGTH_MIN } from '../load/member.ts';
import { DELIVERED_MODES } from '../load/messages.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import { atLeast, atMost, printTargets, type Result } from '../result.ts';
import { measureFanout, measureJoins, WARM_UP_USERS } from './measure-fanout.ts';
import { onBoth } from './on-both.ts';
import { fanoutTable } from './report-fanout.ts';

const OPTIONS = {
  connections: 'how many connect, each its own user (5000)',
  rooms: 'how many rooms they are in (100)',
  rate: 'messages a second over all rooms (400)',
  seconds: 'length of a window (10)',
  text: 'characters of a message (100)',
  delivered: 'how readers tell that they have a message: coalesced, each, off (coalesced)',
  concurrency: 'joins under way at a time (500)',
};

/**
 * One node on its own core: users in rooms, everybody joined and present, messages by schedule, each stored; then the
 * same load on a bare Bun server. Issue targets: p99 under 20 ms, 11 us and 6 KB, 10,000 joins a second.
 */
export async function fanoutSmall(args: readonly string[]): Promise<Result> {
  const options = new Options(args, OPTIONS);
  const users = options.count('connections', 5_000);
  const rooms = options.count('rooms', 100);
  const load = {
    perSecond: options.count('rate', 400),
    warmUpSeconds: 3,
    seconds: options.count('seconds', 10),
    textLength: options.count('text', 100, TEXT_LENGTH_MIN),
    delivered: options.oneOf('delivered', DELIVERED_MODES, 'coalesced'),
  };
  const loads = load.delivered === 'off' ? [load] : [load, { ...load, delivered: 'off' as const }];
  const plan = { users, rooms, load, concurrency: options.count('concurrency', 500) };
  console.log(describeMachine());
  const crowds = [
    { users: WARM_UP_USERS, groups: Math.ceil((WARM_UP_USERS * rooms) / users) },
    { users, groups: rooms },
    { users, groups: rooms },
  ];
  const { node, bare } = await onBoth(crowds, async (measured, people) => {
    const figures = await measureFanout(measured, { ...plan, people }, async (measure) => {
      const windows = [];
      for (const each of loads) windows.push(await measure(each));
      return windows;
    });
    const laterJoins = await measureJoins(measured, { ...plan, people }, WARM_UP_USERS + users);
    return { ...figures, laterJoins };
  });
  console.log(`\n${fanoutTable(node, bare)}`);
  const [main] = node.windows;
  if (!main) throw new Error('Nothing was measured.');
  const targets = [
    atMost('p99 of a delivery', main.latency.p99, 20, 'ms'),
    atMost('node CPU a delivery', main.microsPerDelivery, 11, 'us'),
    atMost('memory of a connection, collected', node.bytesPerConnection.collected / 1024, 6, 'KiB'),
    atLeast('joins a second', node.laterJoins.perSecond, 10_000, '/s'),
    atMost('deliveries that did not come', main.missing, 0, ''),
  ];
  printTargets(targets);
  const ok = targets.every(({ met }) => met);
  return { ok, machine: describeMachine(), ...plan, targets, node, bare };
}
