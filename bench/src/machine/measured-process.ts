import { join } from 'node:path';
import { until } from '@tpx/testkit';
import { GC_DONE, type HeapStats } from './collect-garbage.ts';
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
export type Memory = { asItIs: number; collected: number; heap: HeapStats };

export async function memoryOf(measured: MeasuredProcess): Promise<Memory> {
  const asItIs = residentBytes(measured.pid);
  const reports = () => measured.output().split(`${GC_DONE} `).slice(1);
  const before = reports().length;
  process.kill(measured.pid, 'SIGUSR2');
  const report = await until(
    () => {
      const last = reports().slice(before).at(-1);
      return last?.includes('\n') ? last : undefined;
    },
    { what: 'the garbage to be collected' },
  );
  const heap = JSON.parse(report.split('\n')[0] ?? '') as HeapStats;
  return { asItIs, collected: residentBytes(measured.pid), heap };
}
