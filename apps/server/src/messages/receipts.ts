import { type ConversationId, LIMITS, type MessageId, type ReceiptObject, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';
import { summarizeReceipts } from './receipt-summary.ts';

type Mark = { delivered: number; read: number };

type Deps = {
  database: Database;
  announcer: Announcer;
  /** Called after the marks are stored, with those of one conversation. */
  broadcast(conversation: LiveConversation, receipts: ReceiptObject[]): void;
};

/** Each second's marks leave in this many parts: thousands of rows and frames at once would stop everything else. */
const STEPS = 20;
/** Marks of one part, at least. */
const STEP_MARKS_MIN = 50;

/** The sender's newest message of a large room, whose summary is due. */
type Awaited = { id: MessageId; seq: number };

const STORE = `
  UPDATE members m
  SET delivered_seq = greatest(m.delivered_seq, k.delivered), read_seq = greatest(m.read_seq, k.read)
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) AS k (conversation_id, user_id, delivered, read)
  WHERE m.conversation_id = k.conversation_id AND m.user_id = k.user_id`;
const FORGET_MENTIONS = `
  DELETE FROM unread_mentions n USING unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS k (conversation_id, user_id, read)
  WHERE n.user_id = k.user_id AND n.conversation_id = k.conversation_id AND n.seq <= k.read`;

/**
 * The D and R marks of the people on this node: one mark a member, never a row a message and reader. They are stored, a
 * conversation at most once a second, and are then told: to everybody in small rooms, to the sender as counts in rooms
 * above 50 members (spec RCP-1 to RCP-4).
 */
export class ReceiptBook {
  readonly #deps: Deps;
  readonly #dirty = new Map<LiveConversation, Map<UserId, Mark>>();
  /** Marks in `#dirty`. */
  #count = 0;
  /** When a conversation's marks were last taken to be stored, in `performance.now()` ms. */
  readonly #takenAt = new WeakMap<LiveConversation, number>();
  readonly #awaited = new Map<LiveConversation, Map<UserId, Awaited>>();
  readonly #timers: ReturnType<typeof setInterval>[];
  #storing: Promise<void> = Promise.resolve();
  #isStoring = false;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#timers = [
      setInterval(() => this.#step(), LIMITS.receiptsIntervalMs / STEPS),
      setInterval(() => void this.summarize(), LIMITS.receiptSummaryIntervalMs),
    ];
  }

  mark(conversation: LiveConversation, userId: UserId, delivered: number, read: number): void {
    let marks = this.#dirty.get(conversation);
    if (!marks) {
      marks = new Map();
      this.#dirty.set(conversation, marks);
    }
    const mark = marks.get(userId);
    if (!mark) {
      marks.set(userId, { delivered, read });
      this.#count++;
    } else {
      mark.delivered = Math.max(mark.delivered, delivered);
      mark.read = Math.max(mark.read, read);
    }
  }

  /** A message of a large room whose sender wants to know how far it gets. */
  await(conversation: LiveConversation, senderId: UserId, { id, seq }: { id: MessageId; seq: number }): void {
    let awaited = this.#awaited.get(conversation);
    if (!awaited) {
      awaited = new Map();
      this.#awaited.set(conversation, awaited);
    }
    awaited.set(senderId, { id, seq });
  }

  /** Stores and tells all that has gathered; one at a time, so that marks are told in order. */
  flush(): Promise<void> {
    this.#storing = this.#storing.then(() => this.#flush(this.#take(Number.POSITIVE_INFINITY, () => true)));
    return this.#storing;
  }

  /** The part that is due: conversations not told of for a second, the longest waiting first. */
  #step(): void {
    if (this.#count === 0 || this.#isStoring) return;
    const before = performance.now() - LIMITS.receiptsIntervalMs;
    const due = this.#take(
      Math.max(STEP_MARKS_MIN, this.#count / STEPS),
      (conversation) => (this.#takenAt.get(conversation) ?? Number.NEGATIVE_INFINITY) <= before,
    );
    this.#storing = this.#storing.then(() => this.#flush(due));
  }

  #take(
    marksMax: number,
    isDue: (conversation: LiveConversation) => boolean,
  ): Map<LiveConversation, Map<UserId, Mark>> {
    const taken = new Map<LiveConversation, Map<UserId, Mark>>();
    const now = performance.now();
    let count = 0;
    for (const [conversation, marks] of this.#dirty) {
      if (count >= marksMax) break;
      if (!isDue(conversation)) continue;
      taken.set(conversation, marks);
      this.#dirty.delete(conversation);
      this.#takenAt.set(conversation, now);
      count += marks.size;
    }
    this.#count -= count;
    return taken;
  }

  async #flush(dirty: Map<LiveConversation, Map<UserId, Mark>>): Promise<void> {
    if (dirty.size === 0) return;
    this.#isStoring = true;
    try {
      await this.#store(dirty);
    } catch {
      // Postgres is away: marks only ever rise, so they wait for the next round.
      for (const [conversation, marks] of dirty) {
        for (const [userId, mark] of marks) this.mark(conversation, userId, mark.delivered, mark.read);
      }
      return;
    } finally {
      this.#isStoring = false;
    }
    for (const [conversation, marks] of dirty) {
      if (conversation.memberCount > LIMITS.receiptsBroadcastMax) continue;
      const receipts = [...marks].map(([user_id, mark]) => ({
        user_id,
        delivered_seq: mark.delivered,
        read_seq: mark.read,
      }));
      this.#deps.broadcast(conversation, receipts);
    }
  }

  async #store(dirty: Map<LiveConversation, Map<UserId, Mark>>): Promise<void> {
    const conversations: ConversationId[] = [];
    const users: UserId[] = [];
    const delivered: number[] = [];
    const read: number[] = [];
    for (const [conversation, marks] of dirty) {
      for (const [userId, mark] of marks) {
        conversations.push(conversation.id);
        users.push(userId);
        delivered.push(mark.delivered);
        read.push(mark.read);
      }
    }
    await this.#deps.database.query(STORE, [conversations, users, delivered, read]);
    if (read.some((seq) => seq > 0))
      await this.#deps.database.query(FORGET_MENTIONS, [conversations, users, read]);
  }

  /** Tells the senders in large rooms how far their newest message has got. */
  async summarize(): Promise<void> {
    if (this.#awaited.size === 0) return;
    const due = [...this.#awaited].flatMap(([conversation, bySender]) =>
      [...bySender].map(([senderId, awaited]) => ({ conversation, senderId, ...awaited })),
    );
    this.#awaited.clear();
    try {
      for (const summary of await summarizeReceipts(this.#deps.database, due)) {
        const { conversation, senderId, id, seq, ...counts } = summary;
        this.#deps.announcer.signalUser(senderId, 'receipt_summary', {
          id,
          topic: conversation.topic,
          ...counts,
        });
        // Goes on until everybody has read it, or a newer message of the sender takes its place.
        if (
          counts.read < counts.of &&
          conversation.readers > 0 &&
          !this.#awaited.get(conversation)?.has(senderId)
        ) {
          this.await(conversation, senderId, { id, seq });
        }
      }
    } catch {
      // A summary is a courtesy; `GET /messages/:id/receipts` has the truth.
    }
  }

  /** Stops the clock and stores what has gathered. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.flush();
  }
}
