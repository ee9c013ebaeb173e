import type { Generator, Measured, TrafficPlan } from '../load/generator.ts';
import type { LatencySummary } from '../load/latency-histogram.ts';
import { type Disturbance, disturbance, machineTime } from '../machine/machine-time.ts';
import { cpuSeconds, treeCpuSeconds } from '../machine/process-figures.ts';
import { round } from '../result.ts';

const TRIES = 3;
/** For so long a machine that is busy with something else is waited for, a look a second. */
const QUIET_WITHIN_S = 30;

export type Measuring = {
  generator: Generator;
  /** The measured servers. */
  nodePids: readonly number[];
  /** The root of Postgres' processes; undefined where it is not on this machine. */
  postgresPid: number | undefined;
  natsPid?: number;
  readersOf(groupId: string): number;
};

type Costs = {
  seconds: number;
  deliveriesPerSecond: number;
  /** Shares of one core; of all nodes together. */
  nodeCpu: number;
  postgresCpu: number;
  natsCpu: number;
  generatorCpu: number;
  microsPerDelivery: number;
  /** Deliveries that did not come, of as many as there were readers. */
  missing: number;
  machine: Disturbance;
};

export type Window = Omit<Measured, 'sentTo'> & Costs & { load: TrafficPlan };

type Latencies = 'latency' | 'crossLatency' | 'ackLatency' | 'lateness';

/** What is told of a window: its latencies in milliseconds. */
export type WindowFigures = Omit<Window, Latencies> & Record<Latencies, LatencySummary>;

function windowFigures(window: Window): WindowFigures {
  return {
    ...window,
    latency: window.latency.summary(),
    crossLatency: window.crossLatency.summary(),
    ackLatency: window.ackLatency.summary(),
    lateness: window.lateness.summary(),
  };
}

/**
 * One window of traffic with what it cost. A window in which the machine was busy with something else is measured
 * again, and the quietest of all is told.
 */
export async function measureWindow(
  parts: Measuring,
  load: TrafficPlan,
  tries = TRIES,
  /** False where the window has to begin at once, because something else is timed with it. */
  waits = true,
): Promise<WindowFigures> {
  let quietest: Window | undefined;
  for (let left = tries; left > 0; left--) {
    if (waits) await waitForQuiet(parts);
    const window = await measureOnce(parts, load);
    const noise = ({ machine }: Window) => machine.steal + machine.foreign;
    if (!quietest || noise(window) < noise(quietest)) quietest = window;
    if (!window.machine.disturbed) break;
    console.log(`  disturbed: ${describeNoise(window.machine)}${left > 1 ? '; once more' : ''}`);
  }
  const told = windowFigures(quietest as Window);
  console.log(`  ${describeWindow(told)}`);
  return told;
}

/** CPU time so far of everything that takes part, in seconds, and of the whole machine. */
function sample({ generator, nodePids, postgresPid, natsPid }: Measuring) {
  const used = {
    node: nodePids.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
    postgres: postgresPid === undefined ? 0 : treeCpuSeconds(postgresPid),
    nats: natsPid === undefined ? 0 : cpuSeconds(natsPid),
    generator: generator.cpuSeconds(),
    own: cpuSeconds(process.pid),
  };
  return { used, machine: machineTime(), at: performance.now() };
}

type Sample = ReturnType<typeof sample>;

/** What was used between two samples, in cores. */
function cores(before: Sample, after: Sample) {
  const seconds = (after.at - before.at) / 1000;
  const of = (name: keyof Sample['used']) => (after.used[name] - before.used[name]) / seconds;
  const all = of('node') + of('postgres') + of('nats') + of('generator') + of('own');
  return { of, seconds, machine: disturbance(before.machine, after.machine, all * seconds, seconds) };
}

async function waitForQuiet(parts: Measuring): Promise<void> {
  for (let left = QUIET_WITHIN_S; left > 0; left--) {
    const before = sample(parts);
    await Bun.sleep(1_000);
    if (!cores(before, sample(parts)).machine.disturbed) return;
  }
}

async function measureOnce(parts: Measuring, load: TrafficPlan): Promise<Window> {
  let before = sample(parts);
  let after = before;
  const { sentTo, ...measured } = await parts.generator.traffic(load, {
    begin: () => {
      before = sample(parts);
    },
    end: () => {
      after = sample(parts);
    },
  });
  const { of, seconds, machine } = cores(before, after);
  const awaited = Object.entries(sentTo).reduce(
    (sum, [groupId, sent]) => sum + sent * parts.readersOf(groupId),
    0,
  );
  return {
    ...measured,
    load,
    seconds,
    deliveriesPerSecond: measured.deliveries / load.seconds,
    nodeCpu: of('node'),
    postgresCpu: of('postgres'),
    natsCpu: of('nats'),
    generatorCpu: of('generator'),
    microsPerDelivery: (of('node') * seconds * 1e6) / measured.deliveries,
    missing: awaited - measured.deliveries,
    machine,
  };
}

/** Everything came that should have come, to everybody. */
export function isWhole({ missing, gaps, closed, refused }: WindowFigures): boolean {
  return missing === 0 && gaps === 0 && closed === 0 && refused === 0;
}

function describeWindow({ load, deliveriesPerSecond, latency, microsPerDelivery }: WindowFigures): string {
  return `${round(load.perSecond)} messages/s, delivered ${load.delivered}: ${Math.round(deliveriesPerSecond)} deliveries/s, p99 ${latency.p99.toFixed(2)} ms, ${microsPerDelivery.toFixed(2)} us of node CPU each`;
}

export function describeNoise({ steal, foreign }: Disturbance): string {
  return `${percent(steal)} of a core stolen, ${percent(foreign)} taken by other programs`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
