import type { ConversationId } from '@tpx/protocol';
import { LIMITS, Refusal } from '@tpx/protocol';
import { BatchLoader } from '../db/batch-loader.ts';
import type { LogEntry } from './announcer.ts';
import { type ConversationState, LiveConversation } from './live-conversation.ts';
import { eventIdIn } from './payload-identity.ts';
import { RingMemory } from './ring-memory.ts';

/** For how long a conversation without readers is kept for the next one. */
const IDLE_KEPT_MS = 5 * 60_000;
/** An entry of a transaction that committed earlier is at most this much behind; then it is fetched. */
const GAP_PATIENCE_MS = 50;
const GAP_RETRY_MS = 1_000;
/** What Postgres still commits, on a connection that broke or as it comes back, is there by then. */
const DOUBT_PATIENCE_MS = 900;
/** Events are held this long at most: a Postgres that does not answer must not hold up what other nodes store. */
const HOLD_MAX_MS = 2_000;
const BEHIND_RETRY_MS = 500;

export type LiveConversationsDeps = {
  /** Resolves once every entry that is committed from then on will be offered, whichever node commits it. */
  listen(id: ConversationId): Promise<void>;
  /** Nothing of this conversation is wanted any more. */
  unlisten(id: ConversationId): void;
  /** The states of conversations by id, undefined for those that are gone. */
  loadStates(ids: readonly ConversationId[]): Promise<readonly (ConversationState | undefined)[]>;
  /** The log after `seq`, oldest first, at most `limit`. */
  readLog(id: ConversationId, after: number, limit: number): Promise<readonly LogEntry[]>;
  /** An event at a place that was handed out is another one, it seems: Postgres may have gone back (spec LOG-15). */
  doubtHistory(id: ConversationId): void;
  /** Called for each entry, in order, exactly once. */
  publish(conversation: LiveConversation, entry: LogEntry): void;
  /** Characters that the recent events of all conversations may take together. */
  ringCharactersMax: number;
};

/** What was heard of a conversation while it was loaded, to be done in that order once it is there. */
type Loading = {
  promise: Promise<LiveConversation>;
  missed: ((live: LiveConversation) => void)[];
  gone: boolean;
  /** It was begun before everything was forgotten. */
  isStale: boolean;
};

type Held = {
  entries: LogEntry[];
  released: PromiseWithResolvers<void>;
  timer: ReturnType<typeof setTimeout>;
};

/** What a read of the log brought: `unknown` where it is not certain whose history was read. */
type CaughtUp = 'more' | 'nothing' | 'unknown';

/** The conversations that this node serves now. */
export class LiveConversations {
  readonly #deps: LiveConversationsDeps;
  readonly #live = new Map<ConversationId, LiveConversation>();
  readonly #loading = new Map<ConversationId, Loading>();
  readonly #memory: RingMemory;
  readonly #filling = new Set<ConversationId>();
  /** Those whose log may have grown without anybody telling, and when in `performance.now()` ms a look can settle it. */
  readonly #doubted = new Map<ConversationId, number>();
  readonly #loader: BatchLoader<ConversationId, ConversationState | undefined>;
  /** Reads of what a client has and this node has not, by conversation: clients that come together share them. */
  readonly #reaching = new Map<LiveConversation, Promise<CaughtUp>>();
  /** Entries that wait until it is known whose history they continue; undefined while that is certain. */
  #held: Held | undefined;

  constructor(deps: LiveConversationsDeps) {
    this.#deps = deps;
    this.#memory = new RingMemory(deps.ringCharactersMax);
    this.#loader = new BatchLoader((ids) => deps.loadStates(ids));
  }

  get(id: ConversationId): LiveConversation | undefined {
    return this.#live.get(id);
  }

  get count(): number {
    return this.#live.size;
  }

  /** Characters of recent events, all conversations together. */
  get ringCharacters(): number {
    return this.#memory.characters;
  }

  ids(): ConversationId[] {
    return [...this.#live.keys(), ...this.#loading.keys()];
  }

  /** The conversation, loaded if need be. @throws {Refusal} `not_found`, `unavailable` */
  async acquire(id: ConversationId): Promise<LiveConversation> {
    const live = this.#live.get(id);
    if (live) {
      // Whoever asks is about to join: the sweep must not forget it in between.
      live.idleSince = performance.now();
      live.ring.touch();
      return live;
    }
    let loading = this.#loading.get(id);
    if (!loading) {
      loading = { promise: this.#load(id), missed: [], gone: false, isStale: false };
      this.#loading.set(id, loading);
    }
    return loading.promise;
  }

  async #load(id: ConversationId): Promise<LiveConversation> {
    let live: LiveConversation | undefined;
    try {
      // In this order: what is committed after the state was read is heard of.
      await this.#deps.listen(id);
      const state = await this.#loader.load(id);
      const loading = this.#loading.get(id);
      if (loading?.isStale) throw new Refusal('unavailable', undefined, { retryAfterMs: 0 });
      if (!state || loading?.gone) throw new Refusal('not_found', 'There is no such conversation.');
      live = new LiveConversation(state, this.#memory);
      live.idleSince = performance.now();
      this.#live.set(id, live);
      // What was committed while the state was read.
      for (const run of loading?.missed ?? []) run(live);
      return live;
    } finally {
      this.#loading.delete(id);
      if (!live) this.#deps.unlisten(id);
    }
  }

  /** An entry was committed, here or on another node; it goes out when its turn has come. */
  offer(entry: LogEntry): void {
    if (this.#held) {
      this.#held.entries.push(entry);
      // It was acknowledged: a page of history without it is not complete.
      this.whenLive(entry.conversationId, (live) => live.hearOf(entry.seq));
      return;
    }
    this.whenLive(entry.conversationId, (live) => this.#accept(live, entry));
  }

  /** Runs it on the conversation: at once where it is live, after its load where it is loaded now, else not at all. */
  whenLive(id: ConversationId, run: (live: LiveConversation) => void): void {
    const live = this.#live.get(id);
    if (live) run(live);
    else this.#loading.get(id)?.missed.push(run);
  }

  /** An event may have been committed of which nobody will tell: its log is read once Postgres answers (spec LOG-11). */
  inDoubt(id: ConversationId): void {
    this.whenLive(id, (live) => {
      this.#doubted.set(id, performance.now() + DOUBT_PATIENCE_MS);
      this.#fillLater(live, GAP_RETRY_MS);
    });
  }

  /** The log reaches `seq`, it is said; what of it did not come is fetched. */
  hearOf(id: ConversationId, seq: number): void {
    this.whenLive(id, (live) => {
      live.hearOf(seq);
      if (live.hasGap) this.#fillLater(live, GAP_PATIENCE_MS);
    });
  }

  #accept(live: LiveConversation, entry: LogEntry): void {
    if (entry.seq <= live.lastSeq) {
      if (live.mayContradict(entry)) this.#deps.doubtHistory(live.id);
      return;
    }
    for (const ready of live.accept(entry)) this.#deps.publish(live, ready);
    if (live.hasGap) this.#fillLater(live, GAP_PATIENCE_MS);
  }

  #fillLater(live: LiveConversation, afterMs: number): void {
    if (this.#filling.has(live.id)) return;
    this.#filling.add(live.id);
    setTimeout(() => void this.#fill(live), afterMs);
  }

  /** Fetches what did not come; goes on until nothing is missing or nobody serves the conversation any more. */
  async #fill(live: LiveConversation): Promise<void> {
    const beganAt = performance.now();
    const isDoubted = () => this.#doubted.has(live.id);
    let retryMs = GAP_RETRY_MS;
    try {
      const caughtUp = live.hasGap || isDoubted() ? await this.#readOn(live) : 'nothing';
      // There may be more than one page of it.
      if (caughtUp === 'more') retryMs = 0;
      // What was read while events were held settles nothing.
      if (caughtUp === 'nothing' && Number(this.#doubted.get(live.id)) <= beganAt)
        this.#doubted.delete(live.id);
    } catch {
      // Not settled by the next look either: Postgres may come back with it.
      if (isDoubted()) this.#doubted.set(live.id, performance.now() + GAP_RETRY_MS + DOUBT_PATIENCE_MS);
    }
    this.#filling.delete(live.id);
    if (this.#live.get(live.id) !== live) this.#doubted.delete(live.id);
    else if (live.hasGap || isDoubted()) this.#fillLater(live, retryMs);
  }

  /** Hands out what Postgres has after the newest entry known here. */
  async #readOn(live: LiveConversation): Promise<CaughtUp> {
    const from = live.lastSeq;
    // With the newest one that is known here: what follows it must follow the same event (spec LOG-15).
    const read = await this.#deps.readLog(live.id, Math.max(0, from - 1), LIMITS.eventsPerPage + 1);
    // Forgotten meanwhile: what it held would be held by nobody. Or it is not known whose history was read.
    if (this.#live.get(live.id) !== live || this.#held) return 'unknown';
    const known = live.ring.eventIdAt(from);
    const overlap = read[0]?.seq === from ? read[0] : undefined;
    if (overlap && known !== undefined && (eventIdIn(overlap.payload) ?? known) !== known) {
      this.#deps.doubtHistory(live.id);
      return 'unknown';
    }
    const entries = overlap ? read.slice(1) : read;
    const oldest = entries[0];
    // Retention took what is missing: it will not come.
    if (oldest && oldest.seq > live.lastSeq + 1) live.skipTo(oldest.seq - 1);
    for (const entry of entries) for (const ready of live.accept(entry)) this.#deps.publish(live, ready);
    return entries.length > 0 ? 'more' : 'nothing';
  }

  /**
   * Reads from Postgres up to `seq`, which a client has and this node has not, as far as Postgres goes. Waits while events
   * are held.
   *
   * @throws {Refusal} `unavailable` where Postgres is away, or it is not certain whose history it has
   */
  async reach(live: LiveConversation, seq: number): Promise<void> {
    // A read that is under way may have begun before the event was committed; the next one begins after that.
    let isStale = this.#reaching.has(live);
    while (live.lastSeq < seq) {
      await this.#held?.released.promise;
      const caughtUp = await this.#readOnOnce(live);
      if (caughtUp === 'nothing' && !isStale) return;
      isStale = false;
      // Events were held while it was read: what follows is certain once they are released.
      if (caughtUp === 'unknown' && !this.#held)
        throw new Refusal('unavailable', undefined, { retryAfterMs: BEHIND_RETRY_MS });
    }
  }

  /** Those who read on in the same conversation at the same time share one read. */
  #readOnOnce(live: LiveConversation): Promise<CaughtUp> {
    const reading = this.#reaching.get(live) ?? this.#readOn(live).finally(() => this.#reaching.delete(live));
    this.#reaching.set(live, reading);
    return reading;
  }

  /** The connection to Postgres broke (spec LOG-15). */
  doubtAll(): void {
    for (const live of this.#live.values()) live.doubtHistory();
  }

  /** Nothing goes out until `release`, or for 2 s: it is being found out which history Postgres has (spec LOG-15). */
  hold(): void {
    this.#held ??= {
      entries: [],
      released: Promise.withResolvers(),
      timer: setTimeout(() => this.release(), HOLD_MAX_MS),
    };
  }

  release(): void {
    for (const entry of this.#takeHeld()) this.offer(entry);
  }

  #takeHeld(): readonly LogEntry[] {
    const held = this.#held;
    this.#held = undefined;
    clearTimeout(held?.timer);
    held?.released.resolve();
    return held?.entries ?? [];
  }

  /** What Postgres is to be compared with: the newest certain event of each conversation of `ids`. */
  certainOf(
    ids: Iterable<ConversationId>,
  ): { live: LiveConversation; seq: number; eventId: string | undefined }[] {
    return [...ids].flatMap((id) => {
      const live = this.#live.get(id);
      if (!live) return [];
      const { seq, eventId } = live.certain ?? {
        seq: live.lastSeq,
        eventId: live.ring.eventIdAt(live.lastSeq),
      };
      return [{ live, seq, eventId }];
    });
  }

  /** Forgets everything: Postgres has another history. What is being loaded is to be asked for again. */
  dropAll(): void {
    this.#takeHeld();
    for (const loading of this.#loading.values()) loading.isStale = true;
    for (const id of [...this.#live.keys()]) this.drop(id);
  }

  /** Forgets a conversation: it was deleted. */
  drop(id: ConversationId): void {
    const loading = this.#loading.get(id);
    if (loading) loading.gone = true;
    const live = this.#live.get(id);
    if (!live) return;
    live.ring.clear();
    this.#live.delete(id);
    this.#deps.unlisten(id);
  }

  /** Forgets those that had no reader for a while. */
  sweep(nowMs = performance.now()): void {
    for (const [id, live] of this.#live) {
      if (live.readers === 0 && nowMs - live.idleSince > IDLE_KEPT_MS) this.drop(id);
    }
  }
}
