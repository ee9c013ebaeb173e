/** Lines that may overtake each other, far more than a NATS of several servers brings out of order. */
const SIZE = 8_192;
const WORD = 32;

/** Accepts each number of a growing sequence once, also where they come a little out of order (as RFC 6479 does). */
export class ReplayWindow {
  readonly #seen = new Uint32Array(SIZE / WORD);
  #highest: number | undefined;

  accept(number: number): boolean {
    if (!Number.isSafeInteger(number) || number < 0) return false;
    this.#highest ??= number;
    if (number > this.#highest) {
      this.#clear(this.#highest + 1, number);
      this.#highest = number;
    } else if (number <= this.#highest - SIZE) return false;
    const [word, bit] = [Math.floor((number % SIZE) / WORD), 1 << (number % WORD)];
    const seen = this.#seen[word] ?? 0;
    if ((seen & bit) !== 0) return false;
    this.#seen[word] = seen | bit;
    return true;
  }

  /** The places of these numbers were those of numbers that are too old now. */
  #clear(first: number, last: number): void {
    if (last - first >= SIZE) {
      this.#seen.fill(0);
      return;
    }
    for (let number = first; number <= last; number++) {
      const word = Math.floor((number % SIZE) / WORD);
      this.#seen[word] = (this.#seen[word] ?? 0) & ~(1 << (number % WORD));
    }
  }
}
