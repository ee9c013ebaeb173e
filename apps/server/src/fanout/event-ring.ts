import type { LogEvents, MessageObject } from '@tpx/protocol';
import type { LogEntry } from './announcer.ts';
import { eventIdIn } from './payload-identity.ts';
import type { Ring, RingMemory } from './ring-memory.ts';

/** Bounds of one conversation's ring: whichever is reached first. */
const ENTRIES_MAX = 200;
const CHARACTERS_MAX = 262_144;

/**
 * The newest events of a conversation, without a gap, oldest first. It answers joins, resumes and history of live
 * conversations without a query, also while Postgres is away.
 */
export class EventRing implements Ring {
  readonly #memory: RingMemory;
  #entries: LogEntry[] = [];
  #characters = 0;
  /** Of the newest event that was dropped last: most clients that come back hold exactly that one. */
  #dropped: { seq: number; eventId: string | undefined } | undefined;

  /** `memory`: what all rings of the node hold together. */
  constructor(memory: RingMemory) {
    this.#memory = memory;
  }

  /** `entry` MUST follow the newest one: its `seq` is one higher. */
  push(entry: LogEntry): void {
    this.#forgetBefore(entry);
    this.#entries.push(entry);
    this.#grow(entry.payload.length);
    if (this.#entries.length > 2 * ENTRIES_MAX || this.#characters > 2 * CHARACTERS_MAX) this.#shrink();
    this.#memory.use(this);
    this.#memory.shrink(this);
  }

  #grow(characters: number): void {
    this.#characters += characters;
    this.#memory.grow(characters);
  }

  /** Keeps within the bounds by dropping the oldest; done now and then, so that a push stays cheap. */
  #shrink(): void {
    let from = Math.max(0, this.#entries.length - ENTRIES_MAX);
    let left = this.#characters - charactersOf(this.#entries.slice(0, from));
    while (left > CHARACTERS_MAX && from < this.#entries.length - 1) {
      left -= this.#entries[from]?.payload.length ?? 0;
      from++;
    }
    this.#entries = this.#entries.slice(from);
    this.#grow(left - this.#characters);
  }

  /** Every event after `seq`, or undefined where the ring no longer reaches back that far. */
  since(seq: number, lastSeq: number): readonly LogEntry[] | undefined {
    if (seq >= lastSeq) return [];
    const oldest = this.#entries[0];
    if (!oldest || oldest.seq > seq + 1) return undefined;
    return this.#entries.slice(seq + 1 - oldest.seq);
  }

  /** Retention removed what was before `seq`: a ring must not outlive that either. */
  dropBefore(seq: number): void {
    const from = this.#entries.findIndex((entry) => entry.seq >= seq);
    if (from < 0) this.clear();
    else this.#grow(-charactersOf(this.#entries.splice(0, from)));
    this.#forgetEditsOf(seq);
  }

  /** An edit that is left carries a message that is not: as in Postgres, it reads as its deletion. */
  #forgetEditsOf(firstSeq: number): void {
    for (const [index, entry] of this.#entries.entries()) {
      if (entry.event !== 'edited') continue;
      const { seq, event_id, message } = JSON.parse(entry.payload) as LogEvents['edited'];
      if (message.seq >= firstSeq) continue;
      const payload = JSON.stringify({ seq, event_id, id: message.id });
      this.#grow(payload.length - entry.payload.length);
      this.#entries[index] = { ...entry, event: 'deleted', payload };
    }
  }

  clear(): void {
    const newest = this.#entries.at(-1);
    if (newest) this.#dropped = { seq: newest.seq, eventId: eventIdIn(newest.payload) };
    this.#entries = [];
    this.#grow(-this.#characters);
    this.#memory.forget(this);
  }

  /** Somebody is about to read from it. */
  touch(): void {
    if (this.#entries.length > 0) this.#memory.use(this);
  }

  /** What was deleted or edited away is kept nowhere, so not in a ring either (spec LOG-7). */
  #forgetBefore({ event, payload }: LogEntry): void {
    if (event === 'deleted') {
      const { id } = JSON.parse(payload) as LogEvents['deleted'];
      this.#rewrite(id, { content: null, encryption: null, mentions: [], reactions: [], deleted: true });
    } else if (event === 'edited') {
      const { id, content, encryption, edited_at } = (JSON.parse(payload) as LogEvents['edited']).message;
      this.#rewrite(id, { content, encryption, edited_at });
    }
  }

  #rewrite(messageId: string, change: Partial<MessageObject>): void {
    for (const [index, entry] of this.#entries.entries()) {
      if ((entry.event !== 'message' && entry.event !== 'edited') || !entry.payload.includes(messageId))
        continue;
      const held = JSON.parse(entry.payload) as LogEvents['message'];
      if (held.message.id !== messageId) continue;
      const payload = JSON.stringify({ ...held, message: { ...held.message, ...change } });
      this.#grow(payload.length - entry.payload.length);
      this.#entries[index] = { ...entry, payload };
    }
  }

  /** Which event is at `seq`, undefined where this ring does not know. */
  eventIdAt(seq: number): string | undefined {
    const oldest = this.#entries[0];
    const entry = oldest && this.#entries[seq - oldest.seq];
    if (entry) return eventIdIn(entry.payload);
    return this.#dropped?.seq === seq ? this.#dropped.eventId : undefined;
  }

  all(): readonly LogEntry[] {
    return this.#entries;
  }
}

function charactersOf(entries: readonly LogEntry[]): number {
  return entries.reduce((sum, { payload }) => sum + payload.length, 0);
}
