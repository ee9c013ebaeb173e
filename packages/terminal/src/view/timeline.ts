import type { MessageObject } from '@tpx/protocol';
import type { GoneMessage, OutboxEntry } from '@tpx/sdk';
import type { Anchor, Notice } from '../state/state.ts';

/** One thing in what a tab shows. */
export type Item =
  | { kind: 'message'; message: MessageObject }
  | { kind: 'notice'; notice: Notice }
  | { kind: 'gone'; message: MessageObject }
  | { kind: 'pending'; entry: OutboxEntry };

type Extra = { place: number; at: number; id: string; item: Item };

/**
 * What a tab shows, in its order, without a list of it all: messages by `seq`, notices behind the message that they came
 * after, what the server does not have any more where it stood, and at the end what is still to be sent. `extras` are few; everything else is arithmetic on the SDK's own array.
 */
export class Timeline {
  readonly #messages: readonly MessageObject[];
  readonly #extras: readonly Extra[];

  constructor(
    messages: readonly MessageObject[],
    notices: readonly Notice[],
    outbox: readonly OutboxEntry[],
    gone: readonly GoneMessage[] = [],
  ) {
    this.#messages = messages;
    // What was sent before something was told at the same moment stays before it.
    this.#extras = [
      ...outbox.map(
        (entry): Extra => ({
          place: messages.length,
          at: Date.parse(entry.created_at),
          id: entry.client_id,
          item: { kind: 'pending', entry },
        }),
      ),
      ...gone.map(
        ({ message, after }): Extra => ({
          place: upTo(messages, after),
          at: Date.parse(message.created_at),
          id: message.id,
          item: { kind: 'gone', message },
        }),
      ),
      ...notices.map(
        (notice): Extra => ({
          place: upTo(messages, notice.after),
          at: notice.at,
          id: notice.id,
          item: { kind: 'notice', notice },
        }),
      ),
    ].sort((a, b) => a.place - b.place || a.at - b.at);
  }

  get length(): number {
    return this.#messages.length + this.#extras.length;
  }

  at(index: number): Item | undefined {
    const before = this.#extrasBefore(index);
    const extra = this.#extras[before];
    if (extra && extra.place + before === index) return extra.item;
    const message = this.#messages[index - before];
    return message && { kind: 'message', message };
  }

  anchorAt(index: number): Anchor {
    const item = this.at(index);
    if (item?.kind === 'message') return { seq: item.message.seq };
    const before = this.#extrasBefore(index);
    const extra = this.#extras[before];
    const seq = this.#messages[(extra?.place ?? 0) - 1]?.seq ?? 0;
    return extra ? { seq, extra: extra.id } : { seq };
  }

  /** Where the anchor is now, or what stands nearest before it; -1 for before everything. */
  indexOf({ seq, extra: id }: Anchor): number {
    if (id !== undefined) {
      const at = this.#extras.findIndex((extra) => extra.id === id);
      if (at >= 0) return (this.#extras[at]?.place ?? 0) + at;
    }
    const place = upTo(this.#messages, seq);
    if (place === 0) return -1;
    // Extras that stand before this message.
    let before = 0;
    while ((this.#extras[before]?.place ?? Number.POSITIVE_INFINITY) < place) before++;
    return place - 1 + before;
  }

  /** How many extras stand before the item at `index`. */
  #extrasBefore(index: number): number {
    let low = 0;
    let high = this.#extras.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#extras[middle]?.place ?? 0) + middle < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** How many messages have this `seq` or a smaller one. */
function upTo(messages: readonly MessageObject[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
