import { readFileSync } from 'node:fs';

/** Seconds of all cores since boot. */
export type MachineTime = { busy: number; steal: number };

const TICKS_PER_SECOND = 100;

export function machineTime(): MachineTime {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = first
    .trim()
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) / TICKS_PER_SECOND);
  return { busy: user + nice + system + irq + softirq, steal };
}

/** What of a window's time went to others; more than these and the window is measured again. */
const STEAL_MAX = 0.01;
const FOREIGN_MAX = 0.08;

export type Disturbance = {
  /** Share of one core that the hypervisor gave to other machines. */
  steal: number;
  /** Share of one core that programs outside of the measurement took. */
  foreign: number;
  disturbed: boolean;
};

/** `ownSeconds` is the CPU time of everything that takes part in the measurement. */
export function disturbance(
  before: MachineTime,
  after: MachineTime,
  ownSeconds: number,
  windowSeconds: number,
): Disturbance {
  const steal = (after.steal - before.steal) / windowSeconds;
  const foreign = Math.max(0, after.busy - before.busy - ownSeconds) / windowSeconds;
  return { steal, foreign, disturbed: steal > STEAL_MAX || foreign > FOREIGN_MAX };
}
