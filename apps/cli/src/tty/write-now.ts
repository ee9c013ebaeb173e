import { writeSync } from 'node:fs';

const STDOUT = 1;
const RETRIES = 200;

/**
 * Out to the terminal before this returns, whatever state the process is in. A terminal that has gone, or one that reads
 * nothing for a while, is given up: what is written here only puts it in order.
 */
export function writeNow(text: string): void {
  let left: Uint8Array = new TextEncoder().encode(text);
  for (let attempt = 0; attempt < RETRIES && left.length > 0; attempt++) {
    try {
      left = left.subarray(writeSync(STDOUT, left));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
