import type { RateLimiter } from '../limits/rate-limiter.ts';
import { addressKey } from './address-key.ts';
import { verifyPassword } from './passwords.ts';

/**
 * Counts wrong passwords per account and address (spec AUTH-5): whoever guesses from one address is stopped there, and
 * the owner at another address is not. The limit holds for each node by itself.
 */
export class PasswordGuard {
  readonly #limiter: RateLimiter;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(limiter: RateLimiter) {
    this.#limiter = limiter;
  }

  /** `account` is the name as typed, in lower case, whether there is one or not. @throws {Refusal} `rate_limited` */
  async isRight(account: string, address: string, password: string, hash: string | null): Promise<boolean> {
    const key = `${account} ${addressKey(address)}`;
    return this.#inTurn(key, async () => {
      this.#limiter.check('login_failure', key);
      const right = await verifyPassword(password, hash);
      if (!right) this.#limiter.take('login_failure', key);
      return right;
    });
  }

  /** One after the other, or a thousand guesses sent at once would all be checked before the first is counted. */
  async #inTurn<T>(key: string, run: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = (before ?? Promise.resolve()).then(run, run);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
