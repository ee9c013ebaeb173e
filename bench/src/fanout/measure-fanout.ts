import { Generator, type Joined, NO_WINDOW, type TrafficPlan } from '../load/generator.ts';
import type { LatencySummary } from '../load/latency-histogram.ts';
import type { Place } from '../load/sockets.ts';
import type { Cores } from '../machine/cores.ts';
import { type MeasuredProcess, type Memory, memoryOf } from '../machine/measured-process.ts';
import { cpuSeconds } from '../machine/process-figures.ts';
import type { PeopleFile } from '../seed/people-file.ts';
import { measureWindow, type WindowFigures } from '../window/measure-window.ts';

export type Measured = {
  server: MeasuredProcess & { place: Place };
  postgresPid: number | undefined;
  cores: Cores;
};

export type FanoutPlan = {
  /** `WARM_UP_USERS` people, then `users` in `rooms`. */
  people: PeopleFile;
  users: number;
  rooms: number;
  concurrency: number;
  /** A second of it warms the server up before anything is measured. */
  load: TrafficPlan;
};

/** Measures one window; the driver decides which, in the light of those before. */
export type MeasureLoad = (load: TrafficPlan, tries?: number) => Promise<WindowFigures>;

export type JoinFigures = {
  count: number;
  perSecond: number;
  nodeMicros: number;
  /** In the second after the last answer: presence told to those who were there. */
  aftermathMicros: number;
  upgrade: LatencySummary;
  join: LatencySummary;
};

type Bytes = { asItIs: number; collected: number };

export type FanoutFigures = {
  /** Of a server that has just started. */
  coldJoinsPerSecond: number;
  /** On one that has seen its first thousand. */
  joins: JoinFigures;
  bytesPerConnection: Bytes;
  bytesPerConnectionAfterTraffic: Bytes;
  memory: { before: Memory; held: Memory; after: Memory };
  windows: WindowFigures[];
};

/** Others who come and go first, so that the code of joins is warm as on a node that serves. */
export const WARM_UP_USERS = 1_000;
/** For presence to have told everybody, and for the departed to be shown as gone. */
const SETTLE_MS = 6_500;
/** For those who have joined to be told of those who came after them: a cost of joins that the last answer does not end. */
const AFTERMATH_MS = 1_000;

/** Warms a server up, brings everybody in, and runs what `drive` asks for while they are there; then all leave. */
export async function measureFanout(
  measured: Measured,
  plan: FanoutPlan,
  drive: (measure: MeasureLoad) => Promise<WindowFigures[]>,
): Promise<FanoutFigures> {
  const { server, postgresPid, cores } = measured;
  const { users } = plan;
  const coldJoinsPerSecond = await warmUp(measured, plan);

  await using generator = new Generator(users, cores);
  const before = await memoryOf(server);
  const joins = await joinsOf(measured, generator, plan, WARM_UP_USERS);
  await Bun.sleep(SETTLE_MS);
  const held = await memoryOf(server);
  const readersOf = (groupId: string) => plan.people.groupSizes.get(groupId) ?? 0;
  const measuring = { generator, nodePids: [server.pid], postgresPid, readersOf };
  const windows = await drive((load, tries) => measureWindow(measuring, load, tries));
  const after = await memoryOf(server);
  return {
    coldJoinsPerSecond,
    joins,
    bytesPerConnection: perConnection(before, held, users),
    bytesPerConnectionAfterTraffic: perConnection(before, after, users),
    memory: { before, held, after },
    windows,
  };
}

/** Brings in and out again as many others, on a server that has served for a while, from line `from` on. */
export async function measureJoins(measured: Measured, plan: FanoutPlan, from: number): Promise<JoinFigures> {
  await Bun.sleep(SETTLE_MS);
  await using generator = new Generator(plan.users, measured.cores);
  const joins = await joinsOf(measured, generator, plan, from);
  return joins;
}

async function joinsOf(
  { server }: Measured,
  generator: Generator,
  { people, users, concurrency }: FanoutPlan,
  from: number,
): Promise<JoinFigures> {
  const cpuBefore = cpuSeconds(server.pid);
  const joined = await joinAll(generator, server.place, people, from, from + users, concurrency);
  const cpuJoined = cpuSeconds(server.pid);
  console.log(`  joined ${joined.joined} at ${Math.round(joined.perSecond)}/s`);
  await Bun.sleep(AFTERMATH_MS);
  const cpuAfter = cpuSeconds(server.pid);
  return {
    count: joined.joined,
    perSecond: joined.perSecond,
    nodeMicros: ((cpuJoined - cpuBefore) / joined.joined) * 1e6,
    aftermathMicros: ((cpuAfter - cpuJoined) / joined.joined) * 1e6,
    upgrade: joined.upgrade.summary(),
    join: joined.join.summary(),
  };
}

async function joinAll(
  generator: Generator,
  place: Place,
  people: PeopleFile,
  from: number,
  to: number,
  concurrency: number,
): Promise<Joined> {
  const joined = await generator.join([place], people, from, to, concurrency);
  if (joined.failed > 0) throw new Error(`${joined.failed} joins failed: ${joined.failures.join('; ')}`);
  return joined;
}

/** Gives the joins a second of a server that has just started. */
async function warmUp(
  { server, cores }: Measured,
  { people, concurrency, load }: FanoutPlan,
): Promise<number> {
  await using generator = new Generator(WARM_UP_USERS, cores);
  const { perSecond } = await joinAll(generator, server.place, people, 0, WARM_UP_USERS, concurrency);
  await generator.traffic({ ...load, warmUpSeconds: 0, seconds: 2 }, NO_WINDOW);
  await generator.leave();
  await Bun.sleep(SETTLE_MS);
  return perSecond;
}

function perConnection(before: Memory, after: Memory, users: number): Bytes {
  return {
    asItIs: (after.asItIs - before.collected) / users,
    collected: (after.collected - before.collected) / users,
  };
}
