import type { PresenceEntry } from '../cluster/presence-news.ts';
import type { Origin } from './device.ts';

/**
 * People on other nodes in a room that is told as a count: how many each node has, never who. When the room becomes
 * small enough for a list, the nodes' lists gather here until they are all there.
 */
export class PeopleElsewhere {
  readonly #sizes = new Map<Origin, number>();
  readonly #lists = new Map<Origin, readonly PresenceEntry[]>();

  get size(): number {
    let sum = 0;
    for (const size of this.#sizes.values()) sum += size;
    return sum;
  }

  /** What is known of who they are is old by then. True where it is another number than before. */
  setSize(origin: Origin, size: number): boolean {
    this.#lists.delete(origin);
    const before = this.#sizes.get(origin) ?? 0;
    if (size === 0) this.#sizes.delete(origin);
    else this.#sizes.set(origin, size);
    return size !== before;
  }

  setList(origin: Origin, entries: readonly PresenceEntry[]): void {
    this.#lists.set(origin, entries);
  }

  /** Who they are, where every node with people has said. */
  get lists(): ReadonlyMap<Origin, readonly PresenceEntry[]> | undefined {
    for (const origin of this.#sizes.keys()) if (!this.#lists.has(origin)) return undefined;
    return this.#lists;
  }
}
