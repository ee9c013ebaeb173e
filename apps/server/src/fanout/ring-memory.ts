/** A ring whose size counts. */
export interface Ring {
  /** Forgets everything; whoever needs it reads it from Postgres. */
  clear(): void;
}

/**
 * What the rings of a node hold together, in characters. Each ring is bounded by itself, but not their number: past the
 * bound the rings that were idle longest are emptied (spec LOG-10).
 */
export class RingMemory {
  readonly #charactersMax: number;
  /** Those that hold something, the one used longest ago first. */
  readonly #rings = new Set<Ring>();
  #characters = 0;

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  get characters(): number {
    return this.#characters;
  }

  /** `ring` got an entry, or somebody is about to read from it: it is the last to go. */
  use(ring: Ring): void {
    this.#rings.delete(ring);
    this.#rings.add(ring);
  }

  /** `ring` holds so much more, or less. */
  grow(characters: number): void {
    this.#characters += characters;
  }

  forget(ring: Ring): void {
    this.#rings.delete(ring);
  }

  /** Keeps within the bound, at the cost of all but `ring`. */
  shrink(ring: Ring): void {
    if (this.#characters <= this.#charactersMax) return;
    for (const idle of this.#rings) {
      if (idle !== ring) idle.clear();
      if (this.#characters <= this.#charactersMax) return;
    }
  }
}
