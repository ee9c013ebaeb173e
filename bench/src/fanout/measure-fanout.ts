import { Generator, type TrafficPlan } from '../load/generator.ts';
import type { Place } from '../load/member.ts';
import type { Cores } from '../machine/cores.ts';
import { type MeasuredProcess, type Memory, memoryOf } from '../machine/measured-process.ts';
import { cpuSeconds } from '../machine/process-figures.ts';
import { measureWindow } from './measure-window.ts';
import { type FanoutFigures, type JoinFigures, joinFigures, windowFigures } from './report-fanout.ts';

type Parts = {
  server: MeasuredProcess & { place: Place };
  postgresPid: number | undefined;
  cores: Cores;
};

type Plan = {
  /** `warmUpUsers` people, then `users` in `rooms`, then as many others in rooms of theirs. */
  file: string;
  warmUpUsers: number;
  users: number;
  rooms: number;
  concurrency: number;
  load: TrafficPlan;
};

/** For presence to have told everybody, and for the departed to be shown as gone. */
const SETTLE_MS = 6_500;

/** For those who have joined to be told of those who came after them: a cost of joins that the last answer does not end. */
const AFTERMATH_MS = 1_000;

/** Joins, memory, and the fan-out with and without `delivered` marks, of one server. */
export async function measureFanout(parts: Parts, plan: Plan): Promise<FanoutFigures> {
  const { server, postgresPid, cores } = parts;
  const { warmUpUsers, users, load } = plan;
  const cold = await warmUp(parts, plan);

  await using generator = new Generator(users, cores);
  const before = await memoryOf(server);
  const first = await measureJoins(server, generator, plan, warmUpUsers);
  await Bun.sleep(SETTLE_MS);
  const held = await memoryOf(server);

  const measuring = { generator, serverPid: server.pid, postgresPid };
  const readers = users / plan.rooms;
  const main = await measureWindow(measuring, load, readers);
  console.log(`  ${Math.round(main.deliveriesPerSecond)} deliveries/s, delivered ${load.delivered}`);
  const without =
    load.delivered === 'off' ? main : await measureWindow(measuring, { ...load, delivered: 'off' }, readers);
  console.log(`  ${Math.round(without.deliveriesPerSecond)} deliveries/s, delivered off`);
  const after = await memoryOf(server);
  await generator.leave();
  await Bun.sleep(SETTLE_MS);
  const joins = await measureJoins(server, generator, plan, warmUpUsers + users);
  return {
    joins,
    firstJoins: first,
    coldJoinsPerSecond: cold,
    bytesPerConnection: perConnection(before, held, users),
    bytesPerConnectionAfterTraffic: perConnection(before, after, users),
    memory: { before, held, after },
    main: windowFigures(main),
    withoutDelivered: windowFigures(without),
  };
}

/** Joins `users` people whom the server has not seen, from line `from` on. */
async function measureJoins(
  server: Parts['server'],
  generator: Generator,
  { file, users, concurrency }: Plan,
  from: number,
): Promise<JoinFigures> {
  const cpuBefore = cpuSeconds(server.pid);
  const joined = await generator.join(server.place, file, from, from + users, concurrency);
  if (joined.failed > 0) throw new Error(`${joined.failed} joins failed: ${joined.failures.join('; ')}`);
  console.log(`  joined ${joined.joined} at ${Math.round(joined.perSecond)}/s`);
  const cpuJoined = cpuSeconds(server.pid);
  await Bun.sleep(AFTERMATH_MS);
  const cpuAfter = cpuSeconds(server.pid);
  return joinFigures(joined, cpuJoined - cpuBefore, cpuAfter - cpuJoined);
}

/** Gives the joins a second of a server that has just started. */
async function warmUp(
  { server, cores }: Parts,
  { file, warmUpUsers, concurrency, load }: Plan,
): Promise<number> {
  await using generator = new Generator(warmUpUsers, cores);
  const joined = await generator.join(server.place, file, 0, warmUpUsers, concurrency);
  if (joined.failed > 0) throw new Error(`${joined.failed} joins failed: ${joined.failures.join('; ')}`);
  const nothing = { begin: () => undefined, end: () => undefined };
  await generator.traffic({ ...load, warmUpSeconds: 0, seconds: 2 }, nothing);
  await generator.leave();
  await Bun.sleep(SETTLE_MS);
  return joined.perSecond;
}

function perConnection(before: Memory, after: Memory, users: number): { asItIs: number; collected: number } {
  return {
    asItIs: (after.asItIs - before.collected) / users,
    collected: (after.collected - before.collected) / users,
  };
}
