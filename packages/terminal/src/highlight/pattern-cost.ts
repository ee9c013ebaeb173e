import { UsageError } from '../language/usage-error.ts';

/**
 * A matcher that backtracks may try every way in which a pattern fits. `ways` bounds their number from above, so that a
 * pattern which could stop the terminal is refused before it is ever run (spec TERM-22).
 */
const WAYS_MAX = 200_000;

/**
 * @param textMax how long the text is at most: what a repetition without an end can take of it
 * @throws {UsageError} for what could take too long, or what cannot be told: back references and lookarounds
 */
export function requireCheap(source: string, textMax: number): void {
  const reader = new Reader(source, textMax);
  const ways = reader.alternatives();
  if (ways > WAYS_MAX)
    throw new UsageError(
      'That pattern could take very long: use fewer * and +, and none of them at its ends.',
    );
}

class Reader {
  readonly #source: string;
  readonly #textMax: number;
  #at = 0;

  constructor(source: string, textMax: number) {
    this.#source = source;
    this.#textMax = textMax;
  }

  /** Up to the end of the group or of the pattern. */
  alternatives(): number {
    let ways = 0;
    let branch = 1;
    for (; this.#at < this.#source.length && this.#source[this.#at] !== ')'; ) {
      if (this.#source[this.#at] === '|') {
        this.#at++;
        ways += branch;
        branch = 1;
      } else {
        branch *= this.#repeated(this.#atom());
      }
    }
    return ways + branch;
  }

  /** The ways in which one atom fits by itself. */
  #atom(): number {
    const sign = this.#source[this.#at++];
    if (sign === '[') return this.#skipClass();
    if (sign === '\\') return this.#skipEscape();
    if (sign !== '(') return 1;
    if (this.#source[this.#at] === '?') {
      if (!this.#source.startsWith('?:', this.#at))
        throw new UsageError('Groups in a pattern are plain: no lookaheads, lookbehinds or names.');
      this.#at += 2;
    }
    const ways = this.alternatives();
    this.#at++;
    return ways;
  }

  #skipClass(): number {
    if (this.#source[this.#at] === '^') this.#at++;
    for (; this.#at < this.#source.length && this.#source[this.#at] !== ']'; this.#at++)
      if (this.#source[this.#at] === '\\') this.#at++;
    this.#at++;
    return 1;
  }

  #skipEscape(): number {
    const sign = this.#source[this.#at++] ?? '';
    if (/[1-9k]/.test(sign)) throw new UsageError('A pattern cannot refer back to its own groups.');
    return 1;
  }

  /** What follows an atom of so many ways. Something of several ways, repeated, fits in exponentially many. */
  #repeated(ways: number): number {
    const [quantifier, min, max] = this.#quantifier();
    if (quantifier === 0) return ways;
    this.#at += quantifier;
    if (this.#source[this.#at] === '?') this.#at++;
    const choices = max - min + 1;
    return ways === 1 ? choices : choices * ways ** Math.min(max, this.#textMax);
  }

  #quantifier(): [length: number, min: number, max: number] {
    const sign = this.#source[this.#at];
    if (sign === '*' || sign === '+') return [1, 0, this.#textMax];
    if (sign === '?') return [1, 0, 1];
    const [whole, min, comma, max] = /^\{(\d+)(,?)(\d*)\}/.exec(this.#source.slice(this.#at)) ?? [];
    if (whole === undefined) return [0, 1, 1];
    const least = Number(min);
    const most = comma === '' ? least : max === '' ? this.#textMax : Number(max);
    return [whole.length, Math.min(least, most), Math.min(most, this.#textMax)];
  }
}
