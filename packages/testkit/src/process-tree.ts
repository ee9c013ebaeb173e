import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

type Row = { pid: number; parent: number; state: string };

/** Every process as [id, parent's id]; those that have ended and only wait to be reaped are left out. */
function running(): [number, number][] {
  const table = process.platform === 'linux' ? readProc() : readPs();
  return table.filter(({ state }) => !/^[ZX]/.test(state)).map(({ pid, parent }) => [pid, parent]);
}

/** A bare Debian has no `ps`. */
function readProc(): Row[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The second field is the program's name in parentheses and may hold spaces: count from behind it (proc(5)).
      const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(name), parent: Number(parent), state }];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

function readPs(): Row[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return state === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state }];
  });
}

/** The process and everything that descends from it, parents first. Empty where it has gone. */
export function processTree(pid: number): number[] {
  const processes = running();
  const tree = processes.some(([id]) => id === pid) ? [pid] : [];
  for (const parent of tree) for (const [id, itsParent] of processes) if (itsParent === parent) tree.push(id);
  return tree;
}

/** Those of `pids` that still run. */
export function stillAlive(pids: readonly number[]): number[] {
  const there = pids.filter(isThere);
  if (there.length === 0) return [];
  // Something answers to the id: it may be a process that has ended and was not reaped yet.
  const alive = new Set(running().map(([id]) => id));
  return there.filter((pid) => alive.has(pid));
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * `kill -9` for a whole tree at once. The group alone would not do: Postgres puts each of its backends in a group of
 * its own, so every descendant is signalled by its id as well.
 */
export function killTree(pid: number): void {
  const tree = processTree(pid);
  signal(-pid);
  for (const member of tree) signal(member);
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
