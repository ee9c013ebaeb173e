import { LRUCache } from 'lru-cache';
import { ReplayWindow } from './replay-window.ts';

type Deps = {
  /** Nodes that are connected to PostgreSQL now. @throws where it does not answer */
  alive(): Promise<readonly string[]>;
  /** Lines of nodes that live may have been dropped. */
  missed(): void;
};

type Line = { number: number; characters: number; receive: () => void };
type Sender = { window?: ReplayWindow; waiting: Line[]; deadUntil: number };

/** More than any cluster has, those of nodes that have gone included. */
const SENDERS_MAX = 1_000;
/** Of the lines of new nodes, until it is known whether they live. */
const WAITING_CHARACTERS_MAX = 8_388_608;
/** Anyone who plays back the lines of nodes that are gone costs one query in this time. */
const ASK_EVERY_MS = 1_000;
const DEAD_FOR_MS = 2_000;

/**
 * Takes each line of a living node once. A recorded line of a node that has gone is refused, because PostgreSQL does not
 * have that node any more; one of a node that lives, because its number was seen (spec CLU-41).
 */
export class KnownSenders {
  readonly #deps: Deps;
  readonly #now: () => number;
  readonly #senders = new LRUCache<string, Sender>({
    max: SENDERS_MAX,
    dispose: ({ waiting }) => this.#release(waiting),
  });
  readonly #unknown = new Set<string>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  #waitingCharacters = 0;
  #hasOverflown = false;
  #isClosed = false;

  constructor(deps: Deps, now: () => number = () => performance.now()) {
    this.#deps = deps;
    this.#now = now;
  }

  /** Whether this line is to be received. Of a node that is not known yet nothing can be said: `wait` for it. */
  take(id: string, number: number): boolean | 'unknown' {
    return this.#senders.get(id)?.window?.accept(number) ?? 'unknown';
  }

  /** Calls `receive` once the node is known to live, in the order of the calls. False where the line is refused. */
  wait(id: string, line: Line): boolean {
    let sender = this.#senders.get(id);
    if (!sender) {
      sender = { waiting: [], deadUntil: 0 };
      this.#senders.set(id, sender);
    }
    if (this.#now() < sender.deadUntil) return false;
    if (this.#waitingCharacters + line.characters > WAITING_CHARACTERS_MAX) {
      this.#hasOverflown = true;
      return false;
    }
    this.#waitingCharacters += line.characters;
    sender.waiting.push(line);
    this.#unknown.add(id);
    this.#schedule();
    return true;
  }

  #schedule(): void {
    if (this.#isAsking || this.#isClosed) return;
    this.#timer ??= setTimeout(
      () => void this.#ask(),
      Math.max(0, this.#askedAt + ASK_EVERY_MS - this.#now()),
    );
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    this.#askedAt = this.#now();
    this.#isAsking = true;
    const asked = [...this.#unknown];
    this.#unknown.clear();
    const hasOverflown = this.#hasOverflown;
    this.#hasOverflown = false;
    try {
      const alive = new Set(await this.#deps.alive());
      const gone = asked.filter((id) => !this.#settle(id, alive.has(id)));
      // What was refused because too much waited may have been of those that live.
      if (hasOverflown && gone.length < asked.length) this.#deps.missed();
    } catch {
      // PostgreSQL is away: the next line of each asks again. What has waited would come too late to be worth keeping.
      for (const id of asked) this.#senders.delete(id);
      this.#deps.missed();
    }
    this.#isAsking = false;
    if (this.#unknown.size > 0) this.#schedule();
  }

  /** Gives `isAlive` back. */
  #settle(id: string, isAlive: boolean): boolean {
    const waiting = this.#takeWaiting(id);
    const sender = this.#senders.get(id);
    if (!sender) return isAlive;
    if (!isAlive) {
      sender.deadUntil = this.#now() + DEAD_FOR_MS;
      return false;
    }
    const window = new ReplayWindow();
    sender.window = window;
    for (const { number, receive } of waiting) if (window.accept(number)) receive();
    // It was taken for dead, and what it said then was refused.
    if (sender.deadUntil > 0) this.#deps.missed();
    return true;
  }

  #takeWaiting(id: string): readonly Line[] {
    const sender = this.#senders.get(id);
    if (!sender) return [];
    const { waiting } = sender;
    sender.waiting = [];
    this.#release(waiting);
    return waiting;
  }

  #release(waiting: readonly Line[]): void {
    for (const { characters } of waiting) this.#waitingCharacters -= characters;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }
}
