const FIRST_MS = 500;
const LONGEST_MS = 10_000;
/** A worker that lasted this long was a good one. */
const STEADY_MS = 30_000;

/** How often in a row a worker did not last, one that lived for `livedMs` included. */
export function failuresAfter(failures: number, livedMs: number): number {
  return livedMs >= STEADY_MS ? 0 : failures + 1;
}

/** A crash is answered at once; a worker that does not last must not eat the machine (spec CLU-21). */
export function respawnDelayMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 2));
}
