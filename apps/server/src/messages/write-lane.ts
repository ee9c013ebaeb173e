import type { Draft } from './append.ts';

/** Messages of one statement, and their text: bounded so that one commit's fan-out stays far below a reader's limit. */
const BATCH_MAX = 500;
const BATCH_CHARACTERS_MAX = 262_144;

/** Messages that wait for Postgres, at most; beyond it a send is refused and may be repeated. */
const WAITING_MAX = 20_000;

/** One queue of drafts whose batches are committed one after the other, in the order in which they came. */
export class WriteLane<Item extends { draft: Draft }> {
  readonly #commit: (batch: Item[]) => Promise<void>;
  #waiting: Item[] = [];
  #writing = false;
  #drained: Promise<void> = Promise.resolve();

  /** `commit` never rejects: what goes wrong is told to each item of the batch. */
  constructor(commit: (batch: Item[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** False where too many wait already. */
  push(item: Item): boolean {
    if (this.#waiting.length >= WAITING_MAX) return false;
    this.#waiting.push(item);
    if (!this.#writing) {
      this.#writing = true;
      const { promise, resolve: drained } = Promise.withResolvers<void>();
      this.#drained = promise;
      setImmediate(() => void this.#drain().then(drained));
    }
    return true;
  }

  settled(): Promise<void> {
    return this.#drained;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#nextBatch());
    this.#writing = false;
  }

  #nextBatch(): Item[] {
    let count = 0;
    let characters = 0;
    for (const { draft } of this.#waiting) {
      const { content, encryption } = draft;
      characters += encryption?.length ?? (content as { text?: string } | null)?.text?.length ?? 0;
      if (count === BATCH_MAX || (count > 0 && characters > BATCH_CHARACTERS_MAX)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}
