import { LIMITS, Refusal, type UserId } from '@tpx/protocol';

type Limits = { atOnce: number; atOncePerUser: number; waiting: number; waitingPerUser: number };
type Waiting = { userId: UserId; begin: () => void };

const NODE_LIMITS: Limits = {
  atOnce: LIMITS.searchesAtOnce,
  atOncePerUser: LIMITS.searchesAtOncePerUser,
  waiting: LIMITS.searchesWaitingMax,
  waitingPerUser: LIMITS.searchesWaitingPerUser,
};

/**
 * Bounds the searches that a node does at once: each keeps a connection to Postgres busy, and those who send need them
 * too. Nobody's searches keep all of them (spec MSG-13).
 */
export class SearchSlots {
  readonly #limits: Limits;
  /** Those that are done now, by user. */
  readonly #running = new Map<UserId, number>();
  #runningInAll = 0;
  #waiting: Waiting[] = [];

  constructor(limits: Limits = NODE_LIMITS) {
    this.#limits = limits;
  }

  /** @throws {Refusal} `rate_limited` for more of one user, `unavailable` where too many wait, and whatever `work` throws */
  async run<T>(userId: UserId, work: () => Promise<T>): Promise<T> {
    if (this.#hasSlotFor(userId)) this.#take(userId);
    else await this.#wait(userId);
    try {
      return await work();
    } finally {
      this.#release(userId);
    }
  }

  #hasSlotFor(userId: UserId): boolean {
    return (
      this.#runningInAll < this.#limits.atOnce &&
      (this.#running.get(userId) ?? 0) < this.#limits.atOncePerUser
    );
  }

  #take(userId: UserId): void {
    this.#runningInAll++;
    this.#running.set(userId, (this.#running.get(userId) ?? 0) + 1);
  }

  #wait(userId: UserId): Promise<void> {
    const own = this.#waiting.filter((waiting) => waiting.userId === userId).length;
    if (own >= this.#limits.waitingPerUser) {
      const message = `${own} searches of yours are waiting. Let them end first.`;
      throw new Refusal('rate_limited', message, { retryAfterMs: 1_000 });
    }
    if (this.#waiting.length >= this.#limits.waiting) {
      const message = 'Too many people are searching right now. Try again in a moment.';
      throw new Refusal('unavailable', message, { retryAfterMs: 1_000 });
    }
    return new Promise((begin) => this.#waiting.push({ userId, begin }));
  }

  /** The next one is the first that may begin: a user's third search waits, those of others pass it. */
  #release(userId: UserId): void {
    this.#runningInAll--;
    const left = (this.#running.get(userId) ?? 1) - 1;
    if (left === 0) this.#running.delete(userId);
    else this.#running.set(userId, left);
    const next = this.#waiting.findIndex((waiting) => this.#hasSlotFor(waiting.userId));
    const [begun] = next < 0 ? [] : this.#waiting.splice(next, 1);
    if (!begun) return;
    this.#take(begun.userId);
    begun.begin();
  }
}
