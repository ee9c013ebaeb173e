import { LIMITS, type MessageId, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';
import { type ReceiptCounts, summarizeReceipts } from './receipt-summary.ts';

type Deps = { database: Database; announcer: Announcer };

/** A sender's newest message of a large room, and what the sender was last told of it. */
type Awaited = { id: MessageId; seq: number; told?: ReceiptCounts | undefined };

/** Tells the senders in large rooms how far their newest message has got, until everybody has read it (spec RCP-4). */
export class SummaryBook {
  readonly #deps: Deps;
  readonly #awaited = new Map<LiveConversation, Map<UserId, Awaited>>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.summarize(), LIMITS.receiptSummaryIntervalMs);
  }

  /** A message whose sender wants to know how far it gets. */
  await(conversation: LiveConversation, senderId: UserId, awaited: Awaited): void {
    const bySender = this.#awaited.get(conversation);
    if (bySender) bySender.set(senderId, awaited);
    else this.#awaited.set(conversation, new Map([[senderId, awaited]]));
  }

  async summarize(): Promise<void> {
    if (this.#awaited.size === 0) return;
    const due = [...this.#awaited].flatMap(([conversation, bySender]) =>
      [...bySender].map(([senderId, { id, seq, told }]) => ({ conversation, senderId, id, seq, told })),
    );
    this.#awaited.clear();
    try {
      for (const summary of await summarizeReceipts(this.#deps.database, due)) {
        const { conversation, senderId, id, seq, told, ...counts } = summary;
        if (counts.delivered !== told?.delivered || counts.read !== told.read || counts.of !== told.of) {
          const payload = { id, topic: conversation.topic, ...counts };
          this.#deps.announcer.signalUser(senderId, 'receipt_summary', payload);
        }
        if (counts.read < counts.of) this.#awaitFurther(conversation, senderId, { id, seq, told: counts });
      }
    } catch {
      // A summary is a courtesy; `GET /messages/:id/receipts` has the truth meanwhile.
      for (const { conversation, senderId, ...awaited } of due) {
        this.#awaitFurther(conversation, senderId, awaited);
      }
    }
  }

  /** Unless there is a newer one by now, or nobody is there who could read it. */
  #awaitFurther(conversation: LiveConversation, senderId: UserId, awaited: Awaited): void {
    if (conversation.readers === 0 || this.#awaited.get(conversation)?.has(senderId)) return;
    this.await(conversation, senderId, awaited);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
