import { LIMITS, type MessageId, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';
import { type ReceiptCounts, summarizeReceipts } from './receipt-summary.ts';

type Deps = { database: Database; announcer: Announcer };

/** A sender's newest message of a large room. */
type Message = { id: MessageId; seq: number };

/** Since when it is awaited and when to look next, in `performance.now()` ms; what the sender was last told of it. */
type Awaited = Message & { since: number; dueAt: number; told?: ReceiptCounts | undefined };

/** In a room that nobody leaves unread messages would gather, one a sender, and be counted for ever. */
const LOOK_AFTER_AGE_SHARE = 0.25;
const LOOK_AFTER_MAX_MS = 60_000;

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
  await(conversation: LiveConversation, senderId: UserId, { id, seq }: Message): void {
    const now = performance.now();
    this.#put(conversation, senderId, { id, seq, since: now, dueAt: now });
  }

  /** Postgres has another history. */
  forgetAll(): void {
    this.#awaited.clear();
  }

  #put(conversation: LiveConversation, senderId: UserId, awaited: Awaited): void {
    const bySender = this.#awaited.get(conversation);
    if (bySender) bySender.set(senderId, awaited);
    else this.#awaited.set(conversation, new Map([[senderId, awaited]]));
  }

  async summarize(now = performance.now()): Promise<void> {
    const due = this.#takeDue(now);
    if (due.length === 0) return;
    try {
      for (const summary of await summarizeReceipts(this.#deps.database, due)) {
        const { conversation, senderId, id, seq, since, dueAt: _, told, ...counts } = summary;
        if (counts.delivered !== told?.delivered || counts.read !== told.read || counts.of !== told.of) {
          const payload = { id, topic: conversation.topic, ...counts };
          this.#deps.announcer.signalUser(senderId, 'receipt_summary', payload);
        }
        if (counts.read >= counts.of) continue;
        const dueAt = now + Math.min(LOOK_AFTER_MAX_MS, (now - since) * LOOK_AFTER_AGE_SHARE);
        this.#awaitFurther(conversation, senderId, { id, seq, since, dueAt, told: counts });
      }
    } catch {
      // A summary is a courtesy; `GET /messages/:id/receipts` has the truth meanwhile.
      for (const { conversation, senderId, ...awaited } of due) {
        this.#awaitFurther(conversation, senderId, awaited);
      }
    }
  }

  #takeDue(now: number): (Awaited & { conversation: LiveConversation; senderId: UserId })[] {
    const due = [];
    for (const [conversation, bySender] of this.#awaited) {
      for (const [senderId, awaited] of bySender) {
        if (awaited.dueAt > now) continue;
        due.push({ conversation, senderId, ...awaited });
        bySender.delete(senderId);
      }
      if (bySender.size === 0) this.#awaited.delete(conversation);
    }
    return due;
  }

  /** Unless there is a newer one by now, or nobody is there who could read it. */
  #awaitFurther(conversation: LiveConversation, senderId: UserId, awaited: Awaited): void {
    if (conversation.readers === 0 || this.#awaited.get(conversation)?.has(senderId)) return;
    this.#put(conversation, senderId, awaited);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
