import { isRetryable } from '../trouble.ts';

export type ReadMarkOptions = {
  seq: number;
  /** @throws {Refusal} @throws {NetworkError} */
  push: (seq: number) => Promise<unknown>;
  onMoved: (seq: number) => void;
};

/** How far this user has read, on all devices together. It only rises. */
export class ReadMark {
  readonly #options: ReadMarkOptions;
  #seq: number;

  constructor(options: ReadMarkOptions) {
    this.#options = options;
    this.#seq = options.seq;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Read on this device. Told to the server now, or by `connected` later. */
  async move(seq: number): Promise<void> {
    if (this.movedElsewhere(seq)) await this.#tell();
  }

  /** False where that is behind what is known. */
  movedElsewhere(seq: number): boolean {
    if (seq <= this.#seq) return false;
    this.#seq = seq;
    this.#options.onMoved(seq);
    return true;
  }

  /** The history was replaced: no further than this was it read. */
  fallTo(seq: number): void {
    this.#seq = Math.min(this.#seq, seq);
  }

  /** The server said where it thinks that this user is. */
  async connected(known: number): Promise<void> {
    if (known >= this.#seq) this.movedElsewhere(known);
    else await this.#tell();
  }

  async #tell(): Promise<void> {
    try {
      await this.#options.push(this.#seq);
    } catch (error) {
      // The next connection compares and tells again.
      if (!isRetryable(error)) throw error;
    }
  }
}
