/** A part of a list; `next` is where the next part begins after, null where there is none. */
export type Page<Item, Key> = { items: Item[]; next: Key | null };

/** Makes a page of rows that were asked for with one more than `limit`. */
export function toPage<Row, Item, Key>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  keyOf: (row: Row) => Key,
): Page<Item, Key> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    next: rows.length > limit && last !== undefined ? keyOf(last) : null,
  };
}
