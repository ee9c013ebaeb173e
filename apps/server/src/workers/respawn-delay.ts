const FIRST_MS = 500;
const LONGEST_MS = 10_000;
/** What served this long was healthy: whatever ended it, the next one is started at once. */
const STEADY_MS = 1_000;

/** How often in a row a process died young, one that served for `servedMs` included. */
export function failuresAfter(failures: number, servedMs: number): number {
  return servedMs >= STEADY_MS ? 0 : failures + 1;
}

/** One death is answered at once; a process that keeps dying young must not eat the machine (spec CLU-21). */
export function respawnDelayMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 2));
}
