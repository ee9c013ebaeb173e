import { Refusal } from '@tpx/protocol';

/** Questions that wait for Postgres, at most. */
const WAITING_MAX = 50_000;

/**
 * Natural batching of look-ups: what is asked for while one query is under way goes out together in the next, so a
 * storm of single questions costs a few statements and a lone one waits for nothing.
 */
export class BatchLoader<Key, Value> {
  readonly #load: (keys: readonly Key[]) => Promise<readonly Value[]>;
  readonly #batchMax: number;
  #waiting: { key: Key; resolve: (value: Value) => void; reject: (reason: unknown) => void }[] = [];
  #loading = false;

  /** `load` gives a value a key, in the order of the keys. */
  constructor(load: (keys: readonly Key[]) => Promise<readonly Value[]>, batchMax = 500) {
    this.#load = load;
    this.#batchMax = batchMax;
  }

  /** @throws {Refusal} `unavailable` where too many wait already, and whatever the look-up throws */
  load(key: Key): Promise<Value> {
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(new Refusal('unavailable', undefined, { retryAfterMs: 1_000 }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (!this.#loading) {
        this.#loading = true;
        // The rest of this turn of the loop may ask too.
        setImmediate(() => void this.#drain());
      }
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#batchMax);
      try {
        const values = await this.#load(batch.map((waiter) => waiter.key));
        for (const [index, waiter] of batch.entries()) waiter.resolve(values[index] as Value);
      } catch (error) {
        for (const waiter of batch) waiter.reject(error);
      }
    }
    this.#loading = false;
  }
}
