import { join } from 'node:path';
import { until } from '@tpx/testkit';
import { GC_DONE } from './collect-garbage.ts';
import { residentBytes } from './process-figures.ts';

/** A process under measurement, ours or the bare one. */
export type MeasuredProcess = {
  readonly pid: number;
  /** What it has written so far. */
  output(): string;
};

/** Environment of a process whose garbage `memoryOf` is to collect. */
export const COLLECTABLE = { BUN_OPTIONS: `--preload=${join(import.meta.dirname, 'collect-garbage.ts')}` };

/** Resident bytes now, and after a full collection; and what its heap then holds. */
export type Memory = { asItIs: number; collected: number; heap: number };

export async function memoryOf(measured: MeasuredProcess): Promise<Memory> {
  const asItIs = residentBytes(measured.pid);
  const times = () => measured.output().split(GC_DONE).length;
  const before = times();
  process.kill(measured.pid, 'SIGUSR2');
  await until(() => times() > before, { what: 'the garbage to be collected' });
  const heap = Number(measured.output().split(GC_DONE).at(-1)?.trim().split('\n')[0]);
  return { asItIs, collected: residentBytes(measured.pid), heap };
}
