import type { Generator, Measured, TrafficPlan } from '../load/generator.ts';
import { type Disturbance, disturbance, machineTime } from '../machine/machine-time.ts';
import { cpuSeconds, treeCpuSeconds } from '../machine/process-figures.ts';

const TRIES = 3;

export type Measuring = {
  generator: Generator;
  /** The measured server. */
  serverPid: number;
  /** The root of Postgres' processes; undefined where it is not on this machine. */
  postgresPid: number | undefined;
};

export type Window = Measured & {
  seconds: number;
  deliveriesPerSecond: number;
  /** Share of one core each. */
  nodeCpu: number;
  postgresCpu: number;
  generatorCpu: number;
  microsPerDelivery: number;
  /** Deliveries that did not come, of as many as there were readers. */
  missing: number;
  machine: Disturbance;
};

/**
 * One window of traffic with what it cost. A window in which the machine was busy with something else is measured
 * again, and the quietest of all is told.
 */
export async function measureWindow(
  parts: Measuring,
  plan: TrafficPlan,
  readersPerMessage: number,
): Promise<Window> {
  let quietest: Window | undefined;
  for (let tries = 1; tries <= TRIES; tries++) {
    const window = await measureOnce(parts, plan, readersPerMessage);
    const noise = ({ machine }: Window) => machine.steal + machine.foreign;
    if (!quietest || noise(window) < noise(quietest)) quietest = window;
    if (!quietest.machine.disturbed) break;
    console.log(
      `  disturbed: ${percent(window.machine.steal)} of a core stolen, ${percent(window.machine.foreign)} taken by other programs${tries < TRIES ? '; once more' : ''}`,
    );
  }
  return quietest as Window;
}

async function measureOnce(parts: Measuring, plan: TrafficPlan, readersPerMessage: number): Promise<Window> {
  const { generator, serverPid, postgresPid } = parts;
  const sample = () => ({
    node: cpuSeconds(serverPid),
    postgres: postgresPid === undefined ? 0 : treeCpuSeconds(postgresPid),
    generator: generator.cpuSeconds(),
    own: cpuSeconds(process.pid),
    machine: machineTime(),
    at: performance.now(),
  });
  let before = sample();
  let after = before;
  const measured = await generator.traffic(plan, {
    begin: () => {
      before = sample();
    },
    end: () => {
      after = sample();
    },
  });
  const seconds = (after.at - before.at) / 1000;
  const used = (name: 'node' | 'postgres' | 'generator' | 'own') => after[name] - before[name];
  const all = used('node') + used('postgres') + used('generator') + used('own');
  return {
    ...measured,
    seconds,
    deliveriesPerSecond: measured.deliveries / plan.seconds,
    nodeCpu: used('node') / seconds,
    postgresCpu: used('postgres') / seconds,
    generatorCpu: used('generator') / seconds,
    microsPerDelivery: (used('node') / measured.deliveries) * 1e6,
    missing: measured.sent * readersPerMessage - measured.deliveries,
    machine: disturbance(before.machine, after.machine, all, seconds),
  };
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
