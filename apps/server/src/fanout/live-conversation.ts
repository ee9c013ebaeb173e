import { type ConversationId, type ConversationKind, conversationTopic, type UserId } from '@tpx/protocol';
import type { LogEntry } from './announcer.ts';
import { EventRing } from './event-ring.ts';
import { eventIdIn } from './payload-identity.ts';
import type { RingMemory } from './ring-memory.ts';

/** What Postgres says of a conversation when a node begins to serve it. */
export type ConversationState = {
  id: ConversationId;
  kind: ConversationKind;
  firstSeq: number;
  lastSeq: number;
  memberCount: number;
  whoCanPost: 'all' | 'admins';
  /** The two of a DM. */
  peers: readonly UserId[] | undefined;
  /** The end of the log, without a gap, up to `lastSeq`. */
  recent: readonly LogEntry[];
};

/** Entries held back behind a gap before the gap is filled from Postgres and they are dropped instead. */
const PARKED_MAX = 1_000;

/**
 * A conversation that has readers on this node. Its entries leave here in the order of their `seq`, each once: an entry
 * that comes early waits until those before it are there, one that comes twice is dropped (spec LOG-3).
 */
export class LiveConversation {
  readonly id: ConversationId;
  readonly kind: ConversationKind;
  readonly topic: string;
  readonly ring: EventRing;
  firstSeq: number;
  /** The newest entry that was handed out here. */
  lastSeq: number;
  memberCount: number;
  whoCanPost: 'all' | 'admins';
  readonly peers: readonly UserId[] | undefined;
  /** Sessions on this node that have it joined. */
  readers = 0;
  /** When the last reader left, in `performance.now()` ms. */
  idleSince = 0;
  /** The group or DM as clients see it, encoded (see `describeWith`), kept until it changes. */
  description: Promise<string> | undefined;
  /** The newest event that was certain when the connection to Postgres broke; what is behind it is to be compared. */
  certain: { seq: number; eventId: string | undefined } | undefined;
  #parked = new Map<number, LogEntry>();
  /** The highest `seq` heard of, parked or dropped. */
  #newestSeq: number;

  constructor(state: ConversationState, memory: RingMemory) {
    this.ring = new EventRing(memory);
    this.id = state.id;
    this.kind = state.kind;
    this.topic = conversationTopic(state.kind, state.id);
    this.firstSeq = state.firstSeq;
    this.lastSeq = state.lastSeq;
    this.#newestSeq = state.lastSeq;
    this.memberCount = state.memberCount;
    this.whoCanPost = state.whoCanPost;
    this.peers = state.peers;
    for (const entry of state.recent) this.ring.push(entry);
  }

  /** Takes an entry; gives those that may go out now, in order. Ask `hasGap` afterwards. */
  accept(entry: LogEntry): readonly LogEntry[] {
    if (entry.seq <= this.lastSeq) return [];
    this.#newestSeq = Math.max(this.#newestSeq, entry.seq);
    if (entry.seq > this.lastSeq + 1) {
      if (this.#parked.size < PARKED_MAX) this.#parked.set(entry.seq, entry);
      return [];
    }
    const ready: LogEntry[] = [];
    for (let next: LogEntry | undefined = entry; next; next = this.#parked.get(this.lastSeq + 1)) {
      this.#parked.delete(next.seq);
      this.lastSeq = next.seq;
      // Retention may have taken it before this node heard of it.
      if (next.seq >= this.firstSeq) this.ring.push(next);
      ready.push(next);
    }
    return ready;
  }

  /** An entry at a place that was handed out: whether it may be another event than the one that was (spec LOG-15). */
  mayContradict({ seq, payload }: LogEntry): boolean {
    const eventId = eventIdIn(payload);
    if (seq > this.lastSeq || seq < this.firstSeq || eventId === undefined) return false;
    return this.ring.eventIdAt(seq) !== eventId;
  }

  /** The connection to Postgres broke: another Postgres, or another state of it, may answer from now on. */
  doubtHistory(): void {
    this.certain ??= { seq: this.lastSeq, eventId: this.ring.eventIdAt(this.lastSeq) };
  }

  /** The log reaches `seq`. */
  hearOf(seq: number): void {
    this.#newestSeq = Math.max(this.#newestSeq, seq);
  }

  /** Retention removed what was before `firstSeq`. */
  trimTo(firstSeq: number): void {
    this.firstSeq = Math.max(this.firstSeq, firstSeq);
    this.ring.dropBefore(this.firstSeq);
  }

  /** Retention took what comes up to `seq`: nobody waits for it any more. */
  skipTo(seq: number): void {
    this.trimTo(seq + 1);
    this.lastSeq = seq;
    for (const parked of this.#parked.keys()) if (parked <= seq) this.#parked.delete(parked);
  }

  /** Whether something was heard of that has not gone out: entries wait for one that has not come. */
  get hasGap(): boolean {
    return this.#newestSeq > this.lastSeq;
  }
}
