import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process, or one of its threads, has just ended.
    return '';
  }
}

/** CPU time of all living threads of a process, in seconds, to the nanosecond (the scheduler's own count). */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  let tasks: string[];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    return 0;
  }
  for (const task of tasks) nanoseconds += Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]);
  return nanoseconds / 1e9;
}

/** CPU time of children that have ended and were waited for: Postgres' short-lived workers, say. */
function endedChildrenSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The program's name stands in parentheses and may hold spaces (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / TICKS_PER_SECOND;
}

/** Every process as [id, parent]. */
function processes(): [number, number][] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = read(`/proc/${name}/stat`);
    return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0)]];
  });
}

/** What descends from `pid`, without itself. */
export function descendants(pid: number): number[] {
  const all = processes();
  const found = [pid];
  for (const parent of found) for (const [id, itsParent] of all) if (itsParent === parent) found.push(id);
  return found.slice(1);
}

/** CPU time of a process and of everything below it, the dead included, in seconds. */
export function treeCpuSeconds(root: number): number {
  let seconds = 0;
  for (const pid of [root, ...descendants(root)]) seconds += cpuSeconds(pid) + endedChildrenSeconds(pid);
  return seconds;
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** What a process adds to the memory in use: its own pages, and its share of those that others have too, in bytes. */
export function proportionalBytes(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024;
}
