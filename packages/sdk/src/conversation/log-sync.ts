import { eventIdOf, type LogEvent } from '@tpx/protocol';
import { type Clock, wait } from '../platform.ts';
import type { EventsPage } from '../rest/answers.ts';
import { retryDelayMs } from '../socket/backoff.ts';
import { isRetryable } from '../trouble.ts';
import { LogOrder } from './log-order.ts';

export type LogSyncOptions = {
  /** undefined for a conversation that this device holds nothing of. */
  lastSeq: number | undefined;
  /** Which event is at `lastSeq`, where that is known. */
  lastId?: string | undefined;
  clock: Clock;
  random: () => number;
  fetchAfter: (seq: number) => Promise<EventsPage>;
  /** Events in order, each once. */
  apply: (events: LogEvent[]) => void;
  /** Too much was missed to fetch it all: begin again with the newest history, from `seq` on. */
  skipTo: (seq: number) => void;
};

/** Frames of one burst overtake each other a little; only a gap that stays is worth a request. */
const GAP_GRACE_MS = 150;
/** Whoever missed more reads the newest page instead of all of it. */
const FETCHED_MAX = 2_000;
/** A gap that the log itself does not fill after so many looks was made by retention. */
const EMPTY_LOOKS_MAX = 5;

/**
 * Keeps one conversation whole (rule SDK-4): live events go through in order; a gap, or what a join said is still to
 * come, is fetched from the log. Whatever the connection does, `apply` sees every `seq` once and ascending.
 */
export class LogSync {
  readonly #options: LogSyncOptions;
  #order: LogOrder;
  #begun: boolean;
  /** Rises with each connection: what an earlier one was fetching is dropped. */
  #round = 0;
  #connected = false;
  #fetching = false;
  #cancelGrace: (() => void) | undefined;

  constructor(options: LogSyncOptions) {
    this.#options = options;
    this.#begun = options.lastSeq !== undefined;
    // Below what any event follows: until `begin` says where to start, everything waits.
    this.#order = new LogOrder(options.lastSeq ?? -1, options.lastId);
  }

  get lastSeq(): number | undefined {
    return this.#begun ? this.#order.lastSeq : undefined;
  }

  /** What this device holds, as a join says it; undefined for nothing. */
  get position(): { last_seq: number; last_id?: string } | undefined {
    if (!this.#begun) return undefined;
    const { lastSeq, lastId } = this.#order;
    return { last_seq: lastSeq, ...(lastId !== undefined && { last_id: lastId }) };
  }

  /** Joined without a `last_seq`: everything after `lastSeq` comes as events, what is before it is history. */
  begin(lastSeq: number, lastId?: string): void {
    this.#begun = true;
    this.#apply(this.#order.jumpTo(lastSeq, lastId));
    this.#connect(false, lastSeq);
  }

  /**
   * The server has another history: until `begin` says where to start, everything waits. Returns what puts the history
   * back that this device has, for where that does not come about.
   */
  beginAnew(): () => void {
    const before = this.#order;
    this.disconnected();
    this.#order = new LogOrder(-1);
    this.#begun = false;
    return () => {
      this.#order = before;
      this.#begun = true;
    };
  }

  /** Joined or resumed from `lastSeq`. `target` is where the log ended then, as far as the server has said. */
  resume({ events, has_more }: EventsPage, target: number): void {
    this.#apply(this.#order.offerPage(events));
    if (!has_more) this.#apply(this.#order.jumpTo(target));
    this.#connect(has_more, target);
  }

  disconnected(): void {
    this.#round++;
    this.#connected = false;
    this.#fetching = false;
    this.#cancelGrace?.();
    this.#cancelGrace = undefined;
  }

  live(event: LogEvent): void {
    this.#apply(this.#order.offer(event));
    this.#watchGap();
  }

  #connect(hasMore: boolean, target: number): void {
    this.#round++;
    this.#connected = true;
    if (hasMore) void this.#fill(target);
    else this.#watchGap();
  }

  #watchGap(): void {
    if (!this.#connected || this.#fetching || this.#cancelGrace || !this.#order.hasGap) return;
    this.#cancelGrace = this.#options.clock.after(GAP_GRACE_MS, () => {
      this.#cancelGrace = undefined;
      if (this.#order.hasGap) void this.#fill(undefined);
    });
  }

  async #fill(target: number | undefined): Promise<void> {
    const round = this.#round;
    this.#fetching = true;
    let more = true;
    let attempt = 0;
    for (let fetched = 0; more || this.#order.hasGap; ) {
      const page = await this.#fetch(attempt, fetched === 0);
      if (round !== this.#round) return;
      if (page === 'refused') break;
      if (page === 'retry') {
        attempt++;
        continue;
      }
      more = page.has_more;
      this.#apply(this.#order.offerPage(page.events));
      if (page.events.length === 0 && !more && this.#order.hasGap && ++attempt > EMPTY_LOOKS_MAX)
        this.#closeGap();
      if (page.events.length > 0) attempt = 0;
      fetched += page.events.length;
      if (fetched >= FETCHED_MAX && more && target !== undefined && target > this.#order.lastSeq) {
        this.#options.skipTo(target);
        this.#apply(this.#order.jumpTo(target));
        more = false;
      }
    }
    this.#fetching = false;
  }

  /**
   * The first page with the event that is held last: what the server has after another one there does not follow what this device has.
   * It is asked again until the connection ends, which the server does when it notices, and the next join says the rest.
   */
  async #fetch(attempt: number, isFirst: boolean): Promise<EventsPage | 'retry' | 'refused'> {
    const { clock, random } = this.#options;
    if (attempt > 0) await wait(clock, retryDelayMs(attempt - 1, random));
    const { lastSeq, lastId } = this.#order;
    if (lastId === undefined || !isFirst) return this.#ask(lastSeq);
    const page = await this.#ask(lastSeq - 1);
    if (typeof page === 'string') return page;
    const [held, ...events] = page.events;
    if (held?.seq !== lastSeq) return page;
    if (eventIdOf(held) !== lastId) return 'retry';
    return events.length === 0 && page.has_more ? this.#ask(lastSeq) : { ...page, events };
  }

  async #ask(after: number): Promise<EventsPage | 'retry' | 'refused'> {
    try {
      return await this.#options.fetchAfter(after);
    } catch (error) {
      // What is refused for good (banned, not a member any more) ends with the channel itself.
      return isRetryable(error) ? 'retry' : 'refused';
    }
  }

  #closeGap(): void {
    const first = this.#order.earliest;
    if (first !== undefined) this.#apply(this.#order.jumpTo(first - 1));
  }

  #apply(events: LogEvent[]): void {
    if (events.length > 0) this.#options.apply(events);
  }
}
