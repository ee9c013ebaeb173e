import { type MemoryLeft, readMemoryLeft } from './memory.ts';

type Deps = {
  log: { warn(sentence: string): void };
  read?: () => MemoryLeft | undefined;
};

const SCARCE = 0.1;
const ENOUGH = 0.15;
const MEBIBYTE = 2 ** 20;

/** Says when memory runs out, before the kernel ends the node without a word (spec LOAD-4). */
export class MemoryWatch {
  readonly #log: Deps['log'];
  readonly #read: () => MemoryLeft | undefined;
  #isScarce = false;

  constructor({ log, read = readMemoryLeft }: Deps) {
    this.#log = log;
    this.#read = read;
  }

  /** At this moment; for metrics. */
  left(): MemoryLeft | undefined {
    return this.#read();
  }

  check(): void {
    const left = this.#read();
    if (left === undefined) return;
    const share = left.leftBytes / left.limitBytes;
    if (!this.#isScarce && share < SCARCE) {
      this.#isScarce = true;
      this.#log.warn(
        `Memory runs out: ${inMebibytes(left.leftBytes)} of ${inMebibytes(left.limitBytes)} are left, and this node holds ${inMebibytes(process.memoryUsage.rss())}. At the end the kernel kills a process. Give the machine or its control group more, or move clients to other nodes.`,
      );
    } else if (this.#isScarce && share > ENOUGH) {
      this.#isScarce = false;
      this.#log.warn(
        `There is enough memory again: ${inMebibytes(left.leftBytes)} of ${inMebibytes(left.limitBytes)}.`,
      );
    }
  }
}

function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / MEBIBYTE)} MiB`;
}
