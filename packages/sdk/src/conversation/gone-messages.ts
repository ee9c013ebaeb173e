import type { MessageObject } from '@tpx/protocol';

/** A message that this device had from the server and that the server does not have any more. */
export type GoneMessage = {
  message: MessageObject;
  /** It stood behind the message with this `seq`, the last one that both have. */
  after: number;
};

/** What was lost with a history that a restored backup replaced (rule SDK-21): kept here, and nowhere else any more. */
export class GoneMessages {
  readonly #limit: number;
  #all: readonly GoneMessage[];

  constructor(limit: number, stored: readonly GoneMessage[] = []) {
    this.#limit = limit;
    this.#all = stored;
  }

  /** The same array until something in it changes. */
  get all(): readonly GoneMessage[] {
    return this.#all;
  }

  add(messages: readonly MessageObject[], after: number): void {
    if (messages.length === 0) return;
    this.#all = [...this.#all, ...messages.map((message) => ({ message, after }))].slice(-this.#limit);
  }

  /** The server has these after all. */
  found(messages: readonly MessageObject[]): void {
    const ids = new Set(messages.map(({ id }) => id));
    if (this.#all.some(({ message }) => ids.has(message.id)))
      this.#all = this.#all.filter(({ message }) => !ids.has(message.id));
  }

  /** Retention would have removed them from the server by now. True where there were some. */
  dropOlderThan(time: number): boolean {
    const kept = this.#all.filter(({ message }) => Date.parse(message.created_at) >= time);
    if (kept.length === this.#all.length) return false;
    this.#all = kept;
    return true;
  }
}

/**
 * How many of `held`, ascending, are before the place where the histories part: what follows the first that the server
 * does not have is gone with it, so a few questions find it among thousands.
 */
export async function countCommon(
  held: readonly MessageObject[],
  isOnServer: (message: MessageObject) => Promise<boolean>,
): Promise<number> {
  let known = 0;
  let unknown = held.length;
  while (known < unknown) {
    const middle = (known + unknown) >> 1;
    const message = held[middle];
    if (message && (await isOnServer(message))) known = middle + 1;
    else unknown = middle;
  }
  return known;
}
