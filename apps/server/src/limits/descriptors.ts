import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';

/** Linux, macOS. */
const FOLDER = process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd';

/** How many descriptors this process has open. `Infinity` where not one is left to find out with. */
export function countDescriptors(): number {
  try {
    // Since Linux 6.2 the folder's size is their number; listing a hundred thousand would take 50 ms.
    return statSync(FOLDER).size || readdirSync(FOLDER).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** `ulimit -n` as it holds for this process; undefined where there is no bound, or none that can be read. */
export function readDescriptorLimit(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** Descriptors that are kept for later: they are taken, and given back when they are needed. */
export class SpareDescriptors {
  readonly #wanted: number;
  readonly #held: number[] = [];

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  get count(): number {
    return this.#held.length;
  }

  take(): void {
    try {
      while (this.#held.length < this.#wanted) this.#held.push(openSync('/dev/null', 'r'));
    } catch {
      // There are no more: the next look finds that out as well.
    }
  }

  giveBack(): void {
    for (const descriptor of this.#held.splice(0)) closeSync(descriptor);
  }
}
