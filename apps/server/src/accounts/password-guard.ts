import type { RateLimiter } from '../limits/rate-limiter.ts';
import { addressKey } from './address-key.ts';
import { verifyPassword } from './passwords.ts';

/** Who tries a password: the account's name as typed, in lower case, whether there is one or not, and from where. */
export type Attempt = {
  account: string;
  address: string;
  /** One of the account's own devices signed in from this address before. */
  isKnownAddress: boolean;
};

type Deps = {
  limiter: RateLimiter;
  /** Strangers have tried so many passwords of an account that no more of theirs are tried for now. */
  onGuessing?: (account: string) => void;
};

/**
 * Counts wrong passwords (spec AUTH-5): of each account and address, and of each account from all addresses that none of
 * its devices ever used. So who guesses is stopped, from one address or from many, and the owner is not. The limits hold
 * for each node by itself.
 */
export class PasswordGuard {
  readonly #deps: Deps;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws {Refusal} `rate_limited` */
  async isRight(attempt: Attempt, password: string, hash: string | null): Promise<boolean> {
    const { limiter, onGuessing } = this.#deps;
    const { account, address, isKnownAddress } = attempt;
    const key = `${account} ${addressKey(address)}`;
    return this.#inTurn(isKnownAddress ? key : account, async () => {
      limiter.check('login_failure', key);
      if (!isKnownAddress) limiter.check('login_failure_account', account);
      const right = await verifyPassword(password, hash);
      if (right) return true;
      limiter.take('login_failure', key);
      if (!isKnownAddress) {
        limiter.take('login_failure_account', account);
        if (!limiter.has('login_failure_account', account)) onGuessing?.(account);
      }
      return false;
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
