import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What this process may still take before the kernel ends something, and of how much. */
export type MemoryLeft = { limitBytes: number; leftBytes: number };

type Folders = { proc: string; cgroups: string };

/**
 * The tightest of the machine and the control groups (cgroup v2) above this process: memory that the kernel can take back
 * from caches counts as left. Undefined where nothing of it can be read.
 */
export function readMemoryLeft(
  { proc, cgroups }: Folders = { proc: '/proc', cgroups: '/sys/fs/cgroup' },
): MemoryLeft | undefined {
  const found = [ofMachine(proc), ...ofGroups(proc, cgroups)].filter((left) => left !== undefined);
  return found.sort((one, other) => one.leftBytes - other.leftBytes)[0];
}

function ofMachine(proc: string): MemoryLeft | undefined {
  const text = read(join(proc, 'meminfo'));
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
  const [limitBytes, leftBytes] = [bytes('MemTotal'), bytes('MemAvailable')];
  return Number.isNaN(limitBytes + leftBytes) ? undefined : { limitBytes, leftBytes };
}

function ofGroups(proc: string, cgroups: string): (MemoryLeft | undefined)[] {
  const path = /^0::(\/.*)$/m.exec(read(join(proc, 'self', 'cgroup')))?.[1];
  const groups: string[] = [];
  // A container sees its own group as the root, which then has a limit, too.
  for (let at = path ?? '/'; ; at = dirname(at)) {
    groups.push(at);
    if (at === dirname(at)) break;
  }
  return groups.map((group) => ofGroup(join(cgroups, group)));
}

function ofGroup(folder: string): MemoryLeft | undefined {
  const limitBytes = toBytes(read(join(folder, 'memory.max')));
  const usedBytes = toBytes(read(join(folder, 'memory.current')));
  if (limitBytes === undefined || usedBytes === undefined) return undefined;
  const cachedBytes = toBytes(/^inactive_file (\d+)$/m.exec(read(join(folder, 'memory.stat')))?.[1] ?? '0');
  return { limitBytes, leftBytes: Math.max(0, limitBytes - usedBytes + (cachedBytes ?? 0)) };
}

/** A group without a limit says `max`. */
function toBytes(text: string): number | undefined {
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
