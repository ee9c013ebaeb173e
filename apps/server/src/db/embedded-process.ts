import { readdirSync, readFileSync, statSync } from 'node:fs';

/**
 * What tells this process from a later one with the same id: boot and start time. Null when no such process runs; a
 * zombie does not, though it answers signals for as long as nobody reaps it (a container without an init never does).
 */
export function processStart(pid: number): string | null {
  const [state = '', ...start] = stateAndStart(pid);
  return state === '' || /^[ZX]/.test(state) ? null : start.join(' ');
}

/** Whether it was stopped (SIGSTOP) or is held by a debugger: a signal to end waits until it goes on. */
export function isPaused(pid: number): boolean {
  return /^[Tt]/.test(stateAndStart(pid)[0] ?? '');
}

/** The arguments of a running process, joined by spaces; empty when there is none. */
export function processCommand(pid: number): string {
  if (process.platform !== 'linux') return psField(pid, 'args=');
  return (readOrNull(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

/** Whether a process has the file of `path` open; null where that cannot be seen (no right to, or no Linux). */
export function hasOpen(pid: number, path: string): boolean | null {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => isSameFile(`${folder}/${name}`, path));
  } catch {
    return null;
  }
}

/** The processes that can be seen to have the file of `path` open, this one left out. */
export function openers(path: string): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && hasOpen(pid, path) === true);
}

/** Whether a process works in `folder`; null where that cannot be seen. */
export function worksIn(pid: number, folder: string): boolean | null {
  if (process.platform !== 'linux') return null;
  try {
    statSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
  return isSameFile(`/proc/${pid}/cwd`, folder);
}

/** In a pid namespace below this one it has other ids there: what it wrote of itself is not its id here. */
export function isInNamespaceBelow(pid: number): boolean {
  const ids = /^NSpid:\s*(.+)$/m.exec(readOrNull(`/proc/${pid}/status`) ?? '')?.[1];
  return ids !== undefined && ids.trim().split(/\s+/).length > 1;
}

/** The state's letter, then what tells the process from a later one; empty when there is none. */
function stateAndStart(pid: number): string[] {
  if (process.platform !== 'linux') return psField(pid, 'stat=,lstart=').split(/\s+/);
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return [];
  // The second field is the program's name in parentheses and may hold spaces: count from behind it (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [fields[0] ?? '', readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? '', fields[19] ?? ''];
}

function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

function psField(pid: number, format: string): string {
  return Bun.spawnSync(['ps', '-o', format, '-p', String(pid)])
    .stdout.toString()
    .trim();
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
