import type { LogEvent, MessageObject } from '@tpx/protocol';
import { applyEvent, type HeldMessage, subjectOf } from './apply-event.ts';

const RECENT_CHANGES_MAX = 200;

/**
 * The newest messages of one conversation, ascending by `seq` and without a hole, as the log has made them (rule SDK-9:
 * never more than `limit`, plus what was asked for by scrolling back).
 */
export class MessageCache {
  readonly #limit: number;
  #held: HeldMessage[];
  #messages: readonly MessageObject[] | undefined;
  /** Asked for by scrolling back: may stay as long as this object lives. */
  #scrolledBack = 0;
  /** Pages of history that are on their way: what they end at must not be dropped meanwhile. */
  #awaited = 0;
  /** Retention removed what is before it. */
  #firstSeq = 0;
  /** The last changes, for pages of history that were on their way when these came. */
  #recentChanges: LogEvent[] = [];

  constructor(limit: number, held: HeldMessage[] = []) {
    this.#limit = limit;
    this.#held = held.slice(-limit);
  }

  /** The same array until something in it changes. */
  get messages(): readonly MessageObject[] {
    this.#messages ??= this.#held.map(({ message }) => message);
    return this.#messages;
  }

  get oldestSeq(): number | undefined {
    return this.#held[0]?.message.seq;
  }

  get last(): MessageObject | undefined {
    return this.#held.at(-1)?.message;
  }

  find(id: string): MessageObject | undefined {
    return this.#held.find(({ message }) => message.id === id)?.message;
  }

  /** What is worth storing: the newest `limit`. */
  toStore(): HeldMessage[] {
    return this.#held.slice(-this.#limit);
  }

  /** The event must follow those applied before it. Returns the message as it is now, where it is held. */
  apply(event: LogEvent): MessageObject | undefined {
    if (event.event === 'message') return this.#append({ message: event.payload.message, asOf: event.seq });
    this.#recentChanges = [...this.#recentChanges.slice(1 - RECENT_CHANGES_MAX), event];
    const subject = subjectOf(event);
    const index = this.#held.findIndex(({ message }) => message.id === subject);
    const held = this.#held[index];
    if (!held) return undefined;
    const changed = applyEvent(held, event);
    this.#held[index] = changed;
    this.#messages = undefined;
    return changed.message;
  }

  #append(added: HeldMessage): MessageObject {
    const known = this.find(added.message.id);
    if (known) return known;
    this.#held.push(added);
    this.#messages = undefined;
    this.#trim();
    return added.message;
  }

  #trim(): void {
    const excess = this.#held.length - this.#limit - this.#scrolledBack;
    if (this.#awaited > 0 || excess <= 0) return;
    this.#held.splice(0, excess);
    this.#messages = undefined;
  }

  /** Drops nothing at the front while `load` brings the page before it, which would leave a gap. */
  async keepingFront<Result>(load: () => Promise<Result>): Promise<Result> {
    this.#awaited++;
    try {
      return await load();
    } finally {
      this.#awaited--;
      this.#trim();
    }
  }

  clear(): void {
    this.#scrolledBack = 0;
    this.#held = [];
    this.#messages = undefined;
  }

  /**
   * A page of history that ends right before the oldest held, or overlaps it; known up to `asOf`. What is held already
   * stays as the log has made it. `pin`: what was asked for by scrolling back may go past the limit.
   */
  prepend(messages: readonly MessageObject[], asOf: number, pin: boolean): void {
    const oldest = this.oldestSeq ?? Number.POSITIVE_INFINITY;
    const older = messages
      .filter(({ seq }) => seq < oldest && seq >= this.#firstSeq)
      .map((message) => this.#catchUp({ message, asOf }));
    if (pin) this.#scrolledBack += older.length;
    this.#held = [...older, ...this.#held];
    this.#messages = undefined;
    this.#trim();
  }

  #catchUp(held: HeldMessage): HeldMessage {
    const changes = this.#recentChanges.filter((event) => subjectOf(event) === held.message.id);
    return changes.reduce(applyEvent, held);
  }

  /** Retention removed what came before. False where this held nothing of it. */
  dropBefore(seq: number): boolean {
    this.#firstSeq = seq;
    const dropped = this.#held.filter(({ message }) => message.seq < seq).length;
    if (dropped === 0) return false;
    this.#held = this.#held.slice(dropped);
    this.#scrolledBack = Math.max(0, this.#scrolledBack - dropped);
    this.#messages = undefined;
    return true;
  }
}
