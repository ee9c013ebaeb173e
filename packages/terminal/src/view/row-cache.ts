import type { Row } from '../screen/screen.ts';
import type { Look } from './look.ts';

type Kept = { look: Look; key: string; beside: object | undefined; rows: readonly Row[] };

/**
 * Rows by the thing that they show. They are made again when the thing is another object (an edit, a reaction), when the
 * layout is another, or when something beside it that they show has changed. What is forgotten elsewhere goes by itself.
 */
export class RowCache {
  readonly #kept = new WeakMap<object, Kept>();
  /** Rows made so far: what a benchmark counts. */
  built = 0;

  get(
    thing: object,
    look: Look,
    key: string,
    beside: object | undefined,
    build: () => readonly Row[],
  ): readonly Row[] {
    const kept = this.#kept.get(thing);
    if (kept && kept.look === look && kept.key === key && kept.beside === beside) return kept.rows;
    const rows = build();
    this.built += rows.length;
    this.#kept.set(thing, { look, key, beside, rows });
    return rows;
  }
}
