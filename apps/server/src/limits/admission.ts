import { LIMITS, Refusal } from '@tpx/protocol';

type Limits = { atOnce: number; waiting: number };

const RETRY_FROM_MS = 1_000;
const RETRY_SPREAD_MS = 2_000;

/**
 * Lets devices in a few at a time (spec WS-21). Without it a storm of them would be served in one turn of the loop, and
 * the messages of those who are connected would wait for the whole of it.
 */
export class Admission {
  readonly #limits: Limits;
  /** Begun, and not ended before this turn of the loop: what needs no waiting at all has its bound, too. */
  #begun = 0;
  #endedThisTurn = 0;
  #arrived: (() => void)[] = [];
  /** Those who arrived before the others, the first of them last. */
  #next: (() => void)[] = [];

  constructor(limits: Limits = { atOnce: LIMITS.connectsAtOnce, waiting: LIMITS.connectsWaitingMax }) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#arrived.length + this.#next.length;
  }

  /** Does `work` when it is its turn. @throws {Refusal} `unavailable` where too many wait, and whatever `work` throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#begun < this.#limits.atOnce && this.waiting === 0) this.#begun++;
    else await this.#turn();
    try {
      return await work();
    } finally {
      if (this.#endedThisTurn++ === 0) setImmediate(() => this.#endTurn());
    }
  }

  #turn(): Promise<void> {
    if (this.waiting >= this.#limits.waiting) {
      // Each is told another time, or they would all be back at once.
      const retryAfterMs = Math.round(RETRY_FROM_MS + Math.random() * RETRY_SPREAD_MS);
      throw new Refusal('unavailable', 'Too many devices are connecting. Try again shortly.', {
        retryAfterMs,
      });
    }
    return new Promise((resolve) => this.#arrived.push(resolve));
  }

  #endTurn(): void {
    this.#begun -= this.#endedThisTurn;
    this.#endedThisTurn = 0;
    while (this.#begun < this.#limits.atOnce) {
      if (this.#next.length === 0) [this.#next, this.#arrived] = [this.#arrived.reverse(), this.#next];
      const begin = this.#next.pop();
      if (!begin) return;
      this.#begun++;
      begin();
    }
  }
}
