import { type ConversationId, LIMITS, RawJson, type ReceiptObject, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';

type Mark = { delivered: number; read: number };
type Marks = ReadonlyMap<UserId, Mark>;
/** Stored marks that wait for the conversation's next entry, until `until` at most. */
type Held = { marks: Marks; until: number };
/** When entries went out, in `performance.now()` ms: the last one, and how long after the one before it. */
type Pace = { at: number; afterMs: number };

type Deps = {
  database: Database;
  /**
   * Called after the marks are stored, with those of one conversation, for this node's readers: as the payload for all,
   * and for whom some of these people block (spec SIG-4).
   */
  broadcast(
    conversation: LiveConversation,
    marks: Marks,
    receipts: RawJson,
    rest: (hidden: ReadonlySet<string>) => RawJson | undefined,
  ): void;
  /** The same for the other nodes. */
  relay(conversation: LiveConversation, receipts: RawJson): void;
};

/** Each second's marks leave in this many parts: thousands of rows and frames at once would stop everything else. */
const STEPS = 20;
/** Marks of one part, at least. */
const STEP_MARKS_MIN = 50;

/**
 * Where entries follow each other this fast, marks go out with the next one: both are one write to each reader, and a
 * write is what costs. Where talk is slower, marks are told at once.
 */
const TOLD_TOGETHER_MS = 500;

const STORE = `
  UPDATE members m
  SET delivered_seq = greatest(m.delivered_seq, least(k.delivered, c.last_seq)),
      read_seq = greatest(m.read_seq, least(k.read, c.last_seq))
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) AS k (conversation_id, user_id, delivered, read)
  JOIN conversations c ON c.id = k.conversation_id
  WHERE m.conversation_id = k.conversation_id AND m.user_id = k.user_id`;
const FORGET_MENTIONS = `
  DELETE FROM unread_mentions n USING unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS k (conversation_id, user_id, read)
  WHERE n.user_id = k.user_id AND n.conversation_id = k.conversation_id AND n.seq <= k.read`;

/**
 * The D and R marks of the people on this node: one mark a member, never a row a message and reader. They are stored, a
 * conversation at most once a second, and are then told to everybody in rooms of up to 50 members; `SummaryBook` tells
 * the senders in larger ones (spec RCP-1 to RCP-4).
 */
export class ReceiptBook {
  readonly #deps: Deps;
  readonly #dirty = new Map<LiveConversation, Map<UserId, Mark>>();
  /** Marks in `#dirty`. */
  #count = 0;
  /** When a conversation's marks were last taken to be stored, or told, in `performance.now()` ms. */
  readonly #lastAt = new WeakMap<LiveConversation, number>();
  readonly #held = new Map<LiveConversation, Held>();
  /** Marks that other nodes have stored, and that go out with those of this node. */
  readonly #heard = new Map<LiveConversation, Map<UserId, Mark>>();
  readonly #pace = new WeakMap<LiveConversation, Pace>();
  /** Runs while there are marks: of a node that has none, nothing wakes up. */
  #timer: ReturnType<typeof setInterval> | undefined;
  #closed = false;
  #storing: Promise<void> = Promise.resolve();
  #isStoring = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  mark(conversation: LiveConversation, userId: UserId, delivered: number, read: number): void {
    let marks = this.#dirty.get(conversation);
    if (!marks) {
      marks = new Map();
      this.#dirty.set(conversation, marks);
    }
    if (raise(marks, userId, delivered, read)) this.#count++;
    this.#run();
  }

  /** Another node has stored these, and told its own readers. */
  heard(conversation: LiveConversation, receipts: readonly ReceiptObject[]): void {
    let marks = this.#heard.get(conversation);
    if (!marks) {
      marks = new Map();
      this.#heard.set(conversation, marks);
    }
    for (const { user_id, delivered_seq, read_seq } of receipts)
      raise(marks, user_id as UserId, delivered_seq, read_seq);
    this.#run();
  }

  /** Postgres has another history: marks of the one before would pass what is new in it. */
  forgetAll(): void {
    this.#dirty.clear();
    this.#count = 0;
    this.#held.clear();
    this.#heard.clear();
  }

  #run(): void {
    if (!this.#closed) this.#timer ??= setInterval(() => this.#step(), LIMITS.receiptsIntervalMs / STEPS);
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** An entry of the conversation has just been handed to its readers: what waits for that goes with it. */
  published(conversation: LiveConversation): void {
    const now = performance.now();
    const pace = this.#pace.get(conversation);
    if (!pace) this.#pace.set(conversation, { at: now, afterMs: Number.POSITIVE_INFINITY });
    else {
      pace.afterMs = now - pace.at;
      pace.at = now;
    }
    if (this.#held.has(conversation)) this.#release(conversation);
  }

  /** Stores and tells all that has gathered; one at a time, so that marks are told in order. */
  async flush(): Promise<void> {
    this.#storing = this.#storing.then(() => this.#flush(this.#take(Number.POSITIVE_INFINITY, () => true)));
    await this.#storing;
    for (const conversation of [...this.#held.keys(), ...this.#heard.keys()]) this.#release(conversation);
  }

  /** The part that is due: conversations not told of for a second, the longest waiting first. */
  #step(): void {
    const now = performance.now();
    for (const [conversation, { until }] of this.#held) if (until <= now) this.#release(conversation);
    const before = now - LIMITS.receiptsIntervalMs;
    const isDue = (conversation: LiveConversation) =>
      !this.#held.has(conversation) && (this.#lastAt.get(conversation) ?? Number.NEGATIVE_INFINITY) <= before;
    for (const conversation of this.#heard.keys()) if (isDue(conversation)) this.#release(conversation);
    if (this.#isStoring) return;
    if (this.#count === 0) {
      if (this.#held.size === 0 && this.#heard.size === 0) this.#rest();
      return;
    }
    const due = this.#take(Math.max(STEP_MARKS_MIN, this.#count / STEPS), isDue);
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
      this.#lastAt.set(conversation, now);
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
      // At the end all is stored at once, also what comes after marks that are still held.
      if (this.#held.has(conversation)) this.#release(conversation);
      this.#held.set(conversation, { marks, until: performance.now() + TOLD_TOGETHER_MS });
      if (!this.#expectsEntry(conversation)) this.#release(conversation);
    }
  }

  #expectsEntry(conversation: LiveConversation): boolean {
    const pace = this.#pace.get(conversation);
    if (!pace) return false;
    return pace.afterMs <= TOLD_TOGETHER_MS && performance.now() - pace.at <= TOLD_TOGETHER_MS;
  }

  #release(conversation: LiveConversation): void {
    const own = this.#held.get(conversation)?.marks;
    const heard = this.#heard.get(conversation);
    if (!own && !heard) return;
    this.#held.delete(conversation);
    this.#heard.delete(conversation);
    this.#lastAt.set(conversation, performance.now());
    const receipts = own && encodeReceipts(own);
    if (receipts) this.#deps.relay(conversation, receipts);
    if (heard) for (const [userId, { delivered, read }] of own ?? []) raise(heard, userId, delivered, read);
    if (heard) this.#broadcast(conversation, heard, encodeReceipts(heard));
    else if (own && receipts) this.#broadcast(conversation, own, receipts);
  }

  #broadcast(conversation: LiveConversation, marks: Marks, receipts: RawJson): void {
    this.#deps.broadcast(conversation, marks, receipts, (hidden) => {
      const shown = new Map([...marks].filter(([userId]) => !hidden.has(userId)));
      return shown.size > 0 ? encodeReceipts(shown) : undefined;
    });
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

  /** Stops the clock and stores what has gathered. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rest();
    await this.flush();
  }
}

/** True where the user had none. */
function raise(marks: Map<UserId, Mark>, userId: UserId, delivered: number, read: number): boolean {
  const mark = marks.get(userId);
  if (!mark) {
    marks.set(userId, { delivered, read });
    return true;
  }
  mark.delivered = Math.max(mark.delivered, delivered);
  mark.read = Math.max(mark.read, read);
  return false;
}

/** A room's marks are thousands of objects a second otherwise, made only to be written out. */
function encodeReceipts(marks: Marks): RawJson {
  let receipts = '';
  for (const [userId, { delivered, read }] of marks) {
    receipts += `${receipts && ','}{"user_id":"${userId}","delivered_seq":${delivered},"read_seq":${read}}`;
  }
  return new RawJson(`{"receipts":[${receipts}]}`);
}
