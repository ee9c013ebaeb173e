import type { Generator } from '../load/generator.ts';
import { cpuSeconds, treeCpuSeconds } from '../machine/process-figures.ts';
import type { MeasuredCluster } from '../machine/start-cluster.ts';

/** CPU time so far of each part, in seconds. */
export type CpuApart = { nodes: number; postgres: number; nats: number; generator: number };

export function cpuApart(cluster: MeasuredCluster, generator: Generator): CpuApart {
  return {
    nodes: cluster.nodes.reduce((total, { pid }) => total + cpuSeconds(pid), 0),
    postgres: treeCpuSeconds(cluster.postgres.pid),
    nats: cluster.nats ? cpuSeconds(cluster.nats.pid) : 0,
    generator: generator.cpuSeconds(),
  };
}
