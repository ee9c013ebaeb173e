import { readFileSync } from 'node:fs';

/**
 * Milliseconds of a clock that nobody sets. On Linux it counts the time that the machine slept, too (`/proc/uptime` is
 * CLOCK_BOOTTIME), so that waking up is no jump of all other clocks.
 */
export function elapsedMs(): number {
  if (process.platform !== 'linux') return performance.now();
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
}
