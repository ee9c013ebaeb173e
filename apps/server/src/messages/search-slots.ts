import { LIMITS, Refusal, type UserId } from '@tpx/protocol';

type Limits = { atOnce: number; waiting: number; perUser: number };

/**
 * Bounds the searches that a node does at once: each keeps a connection to Postgres busy, and those who send need them
 * too (spec MSG-13).
 */
export class SearchSlots {
  readonly #limits: Limits;
  readonly #byUser = new Map<UserId, number>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(
    limits: Limits = {
      atOnce: LIMITS.searchesAtOnce,
      waiting: LIMITS.searchesWaitingMax,
      perUser: LIMITS.searchesPerUser,
    },
  ) {
    this.#limits = limits;
  }

  /** @throws {Refusal} `rate_limited` for more of one user, `unavailable` where too many wait, and whatever `work` throws */
  async run<T>(userId: UserId, work: () => Promise<T>): Promise<T> {
    const own = this.#byUser.get(userId) ?? 0;
    if (own >= this.#limits.perUser) {
      const message = `You have ${own} searches under way. Wait for one of them to end.`;
      throw new Refusal('rate_limited', message, { retryAfterMs: 1_000 });
    }
    if (this.#running >= this.#limits.atOnce && this.#waiting.length >= this.#limits.waiting) {
      const message = 'Too many people are searching right now. Try again in a moment.';
      throw new Refusal('unavailable', message, { retryAfterMs: 1_000 });
    }
    this.#byUser.set(userId, own + 1);
    try {
      if (this.#running >= this.#limits.atOnce) await new Promise<void>((go) => this.#waiting.push(go));
      else this.#running++;
      try {
        return await work();
      } finally {
        // Whoever waits takes over the slot.
        const next = this.#waiting.shift();
        if (next) next();
        else this.#running--;
      }
    } finally {
      const left = (this.#byUser.get(userId) ?? 1) - 1;
      if (left === 0) this.#byUser.delete(userId);
      else this.#byUser.set(userId, left);
    }
  }
}
