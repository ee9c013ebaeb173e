import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Which core each part runs on: the node has one to itself. Null where the machine has a single core or no `taskset`. */
export type Cores = { node: string; postgres: string; generator: string } | null;

export function chooseCores(): Cores {
  const count = availableParallelism();
  if (count < 2 || spawnSync('taskset', ['-V']).status !== 0) return null;
  if (count === 2) return { node: '0', postgres: '1', generator: '1' };
  if (count === 3) return { node: '0', postgres: '1', generator: '2' };
  return { node: '0', postgres: '1', generator: `2-${count - 1}` };
}

/** Moves all threads of a process; what it starts from then on follows. */
export function pin(pid: number, cores: string): void {
  spawnSync('taskset', ['-a', '-p', '-c', cores, String(pid)]);
}
