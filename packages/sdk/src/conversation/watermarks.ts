import type { ReceiptObject } from '@tpx/protocol';
import { TAKEN } from '../untrusted/limits.ts';

/** How far one's own message has got: `delivered` and `read` once everybody else has it, or has read it. */
export type Ladder = 'sent' | 'delivered' | 'read';
export type Reach = { delivered: number; read: number; of: number };

type Mark = { delivered: number; read: number };
type Summary = Reach & { seq: number };

/** Where the other members of a conversation stand (rule SDK-6): marks that only ever rise, never a record a message. */
export class Watermarks {
  readonly #marks: Map<string, Mark>;
  /** Rooms above 50 members: counts for some of one's own messages instead of marks. */
  #summaries: Summary[] = [];

  constructor(stored: ReceiptObject[] = []) {
    this.#marks = new Map(
      stored.map((one) => [one.user_id, { delivered: one.delivered_seq, read: one.read_seq }]),
    );
  }

  toStore(): ReceiptObject[] {
    return [...this.#marks].map(([user_id, { delivered, read }]) => ({
      user_id,
      delivered_seq: delivered,
      read_seq: read,
    }));
  }

  /** False where nothing has risen. */
  raise(userId: string, deliveredSeq: number, readSeq: number): boolean {
    if (!this.#marks.has(userId) && this.#marks.size >= TAKEN.peoplePerRoomMax) return false;
    const mark = this.#marks.get(userId) ?? { delivered: 0, read: 0 };
    // What is read was delivered, whichever mark came first.
    const delivered = Math.max(mark.delivered, deliveredSeq, readSeq);
    const read = Math.max(mark.read, readSeq);
    if (delivered === mark.delivered && read === mark.read) return false;
    this.#marks.set(userId, { delivered, read });
    return true;
  }

  /** The history was replaced: nobody has more than this of it, as far as is known. */
  fallTo(seq: number): void {
    for (const [userId, { delivered, read }] of this.#marks)
      this.#marks.set(userId, { delivered: Math.min(delivered, seq), read: Math.min(read, seq) });
    this.#summaries = this.#summaries.filter((one) => one.seq <= seq);
  }

  remove(userId: string): void {
    this.#marks.delete(userId);
  }

  /** One summary is enough for a message: the last. The newest twenty are kept. */
  summarize(seq: number, reach: Reach): void {
    this.#summaries = [...this.#summaries.filter((one) => one.seq !== seq), { seq, ...reach }].slice(-20);
  }

  /** `others`: how many members there are besides oneself. */
  reachOf(seq: number, others: number): Reach {
    let delivered = 0;
    let read = 0;
    for (const mark of this.#marks.values()) {
      if (mark.delivered >= seq) delivered++;
      if (mark.read >= seq) read++;
    }
    // A mark passes everything before it: so does the summary of a later message.
    for (const summary of this.#summaries) {
      if (summary.seq < seq) continue;
      delivered = Math.max(delivered, summary.delivered);
      read = Math.max(read, summary.read);
    }
    return { delivered: Math.min(delivered, others), read: Math.min(read, others), of: others };
  }

  ladderOf(seq: number, others: number): Ladder {
    const { delivered, read, of } = this.reachOf(seq, others);
    if (of === 0) return 'sent';
    if (read >= of) return 'read';
    return delivered >= of ? 'delivered' : 'sent';
  }
}
