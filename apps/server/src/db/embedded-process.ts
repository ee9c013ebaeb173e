import { readFileSync } from 'node:fs';

/**
 * What tells this process from a later one with the same id: boot and start time. Null when no such process runs; a
 * zombie does not, though it answers signals for as long as nobody reaps it (a container without an init never does).
 */
export function processStart(pid: number): string | null {
  if (process.platform !== 'linux') {
    const [state = '', ...start] = psField(pid, 'stat=,lstart=').split(/\s+/);
    return state === '' || state.startsWith('Z') ? null : start.join(' ');
  }
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in parentheses and may hold spaces: count from behind it (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return `${readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? ''} ${fields[19]}`;
}

/** The arguments of a running process, joined by spaces; empty when there is none. */
export function processCommand(pid: number): string {
  if (process.platform !== 'linux') return psField(pid, 'args=');
  return (readOrNull(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
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
