/** mulberry32: small, fast, and the same numbers on every platform for the same seed. Not for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    pick<Item>(items: readonly Item[]): Item {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('pick() needs at least one item.');
      return item;
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}

export type SeededRandom = {
  /** In [0, 1), like Math.random. */
  next(): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
  bytes(length: number): Uint8Array;
};

/** The seed of this run: TPX_TEST_SEED to repeat one, else a new one. Print it where a test fails. */
export function seedOfThisRun(): number {
  const given = Number(process.env.TPX_TEST_SEED);
  return Number.isInteger(given) && given > 0 ? given : Math.floor(Math.random() * 0xffff_ffff);
}
