import type { MessageObject, ReceiptObject } from '@tpx/protocol';
import type { ReceiptsAnswer } from '../rest/answers.ts';
import type { Tell } from './conversation-events.ts';
import { type Ladder, type Reach, Watermarks } from './watermarks.ts';

export type ReceiptsOptions = {
  me: string;
  stored: ReceiptObject[] | undefined;
  tell: Tell;
  /** How many members there are besides me. */
  others: () => number;
  fetch: (messageId: string) => Promise<ReceiptsAnswer>;
};

/** How far one's own messages have got, from what the others' devices have told. */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #watermarks: Watermarks;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
    this.#watermarks = new Watermarks(options.stored);
  }

  ladderOf(message: MessageObject): Ladder {
    return this.#watermarks.ladderOf(message.seq, this.#options.others());
  }

  reachOf(message: MessageObject): Reach {
    return this.#watermarks.reachOf(message.seq, this.#options.others());
  }

  received(receipts: readonly ReceiptObject[]): void {
    const risen = receipts.filter(
      ({ user_id, delivered_seq, read_seq }) =>
        user_id !== this.#options.me && this.#watermarks.raise(user_id, delivered_seq, read_seq),
    );
    if (risen.length > 0) this.#options.tell('receipts', { userIds: risen.map(({ user_id }) => user_id) });
  }

  summarized(seq: number, reach: Reach): void {
    this.#watermarks.summarize(seq, reach);
    this.#options.tell('receipts', { userIds: [] });
  }

  /** The history was replaced behind `seq`. */
  fallTo(seq: number): void {
    this.#watermarks.fallTo(seq);
  }

  /** Not a member any more. */
  remove(userId: string): void {
    this.#watermarks.remove(userId);
  }

  /** Marks that were told while this device was away are not repeated: how far my newest message got is asked. */
  async refresh(newestOfMine: MessageObject | undefined): Promise<void> {
    if (!newestOfMine || this.ladderOf(newestOfMine) === 'read') return;
    const { members, cursor, ...reach } = await this.#options.fetch(newestOfMine.id);
    if (cursor !== null) this.summarized(newestOfMine.seq, reach);
    this.received(members);
  }

  toStore(): ReceiptObject[] {
    return this.#watermarks.toStore();
  }
}
