import { eventIdOf, type LogEvent } from '@tpx/protocol';

/** Early events that wait for what came before them; more than these are fetched again instead. */
const EARLY_MAX = 1_000;

/**
 * Puts the events of one conversation into the order of their `seq`, each once (rule SDK-4). What comes out is to be
 * applied at once: `lastSeq` counts it as held.
 */
export class LogOrder {
  readonly #early = new Map<number, LogEvent>();
  #lastSeq: number;
  #lastId: string | undefined;

  constructor(lastSeq = 0, lastId?: string) {
    this.#lastSeq = lastSeq;
    this.#lastId = lastId;
  }

  /** Which event is at `lastSeq`, where that is known. */
  get lastId(): string | undefined {
    return this.#lastId;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Whether something waits for an event that has not come. */
  get hasGap(): boolean {
    return this.#early.size > 0;
  }

  /** The first of those that wait. */
  get earliest(): number | undefined {
    return this.hasGap ? Math.min(...this.#early.keys()) : undefined;
  }

  /** One event as it came. Returns what is now in order: nothing for a duplicate or one that came early. */
  offer(event: LogEvent): LogEvent[] {
    if (event.seq <= this.#lastSeq) return [];
    if (event.seq > this.#lastSeq + 1) {
      if (this.#early.size < EARLY_MAX) this.#early.set(event.seq, event);
      return [];
    }
    this.#took(event);
    return [event, ...this.#drain()];
  }

  /**
   * A page of the log that the server gave as what follows `lastSeq`, ascending. Where it begins later, retention has
   * removed what was in between: nobody has that any more.
   */
  offerPage(events: readonly LogEvent[]): LogEvent[] {
    const inOrder: LogEvent[] = [];
    for (const event of events) {
      if (event.seq <= this.#lastSeq) continue;
      this.#took(event);
      this.#early.delete(event.seq);
      inOrder.push(event);
    }
    return [...inOrder, ...this.#drain()];
  }

  /** Everything up to `seq` is held, or not wanted. `id`: which event that is, where it is known. */
  jumpTo(seq: number, id?: string): LogEvent[] {
    if (seq > this.#lastSeq) this.#lastId = id;
    this.#lastSeq = Math.max(this.#lastSeq, seq);
    return this.#drain();
  }

  #took(event: LogEvent): void {
    this.#lastSeq = event.seq;
    this.#lastId = eventIdOf(event);
  }

  #drain(): LogEvent[] {
    const inOrder: LogEvent[] = [];
    for (const seq of this.#early.keys()) if (seq <= this.#lastSeq) this.#early.delete(seq);
    for (;;) {
      const next = this.#early.get(this.#lastSeq + 1);
      if (!next) return inOrder;
      this.#early.delete(next.seq);
      this.#took(next);
      inOrder.push(next);
    }
  }
}
