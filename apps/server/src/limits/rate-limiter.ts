import { LIMITS, type RateLimitName, Refusal } from '@tpx/protocol';
import { LRUCache } from 'lru-cache';
import type { Bucket, RateLimits } from '../config/rate-limit-setting.ts';

type Level = { tokens: number; at: number };

/** Buckets kept at once; past it the least used is forgotten, which only ever forgives. */
const BUCKETS_MAX = 200_000;

/** Token buckets of this node (spec LIM-1): each name and key refills by itself, nothing runs in the background. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #now: () => number;
  readonly #levels = new LRUCache<string, Level>({ max: BUCKETS_MAX });

  constructor(limits: RateLimits, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Takes `tokens`, all or none; more than the bucket can hold count as a full one.
   * @throws {Refusal} `rate_limited` with the time until they are there
   */
  take(name: RateLimitName, key: string, tokens = 1): void {
    const waitMs = this.#spend(name, key, tokens);
    if (waitMs > 0) throw rateLimited(waitMs);
  }

  /** Refuses without taking: for what is only counted when it fails. @throws {Refusal} `rate_limited` */
  check(name: RateLimitName, key: string): void {
    const waitMs = this.#spend(name, key, 0);
    if (waitMs > 0) throw rateLimited(waitMs);
  }

  /** Whether there is a token now. */
  has(name: RateLimitName, key: string): boolean {
    return this.#spend(name, key, 0) === 0;
  }

  /** Takes tokens for what has been done already, also those that are not there yet: the next request waits for them. */
  charge(name: RateLimitName, key: string, tokens: number): void {
    const level = this.#levels.get(`${name} ${key}`);
    if (level) level.tokens -= tokens;
  }

  /** Charges for a page that was read, by its size; the token that was taken for it pays for the first part. */
  chargePage(name: RateLimitName, key: string, characters: number): void {
    const tokens = characters / LIMITS.readCharactersPerToken - 1;
    if (tokens > 0) this.charge(name, key, tokens);
  }

  /** Milliseconds to wait, 0 where the tokens were had. */
  #spend(name: RateLimitName, key: string, tokens: number): number {
    const bucket: Bucket | undefined = this.#limits?.[name];
    if (!bucket) return 0;
    const id = `${name} ${key}`;
    const now = this.#now();
    let level = this.#levels.get(id);
    if (!level) {
      level = { tokens: bucket.burst, at: now };
      this.#levels.set(id, level);
    }
    level.tokens = Math.min(bucket.burst, level.tokens + ((now - level.at) / 1000) * bucket.perSecond);
    level.at = now;
    const spent = Math.min(tokens, bucket.burst);
    const needed = Math.max(spent, 1);
    if (level.tokens < needed) return Math.ceil(((needed - level.tokens) / bucket.perSecond) * 1000);
    level.tokens -= spent;
    return 0;
  }
}

function rateLimited(waitMs: number): Refusal {
  const seconds = Math.ceil(waitMs / 1000);
  return new Refusal('rate_limited', `Too many requests. Try again in ${seconds} s.`, {
    retryAfterMs: waitMs,
  });
}
