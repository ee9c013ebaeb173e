import type { Generator } from '../load/generator.ts';
import { type KernelMemory, kernelMemory } from '../machine/kernel-memory.ts';
import { descendants, proportionalBytes } from '../machine/process-figures.ts';
import type { MeasuredCluster } from '../machine/start-cluster.ts';

/** Who holds how much of the machine's memory, in bytes. */
export type MemoryApart = {
  nodes: number;
  postgres: number;
  nats: number;
  /** Its processes, and the one that drives all this. */
  generator: number;
  kernel: KernelMemory;
};

export function memoryApart(cluster: MeasuredCluster, generator: Generator | undefined): MemoryApart {
  const sum = (pids: readonly number[]) => pids.reduce((total, pid) => total + proportionalBytes(pid), 0);
  const { postgres, nats } = cluster;
  return {
    nodes: sum(cluster.nodes.map(({ pid }) => pid)),
    postgres: sum([postgres.pid, ...descendants(postgres.pid)]),
    nats: nats ? proportionalBytes(nats.pid) : 0,
    generator: sum([process.pid, ...(generator?.pids ?? [])]),
    kernel: kernelMemory(),
  };
}
