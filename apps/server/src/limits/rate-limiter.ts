import { LIMITS, type RateLimitName, Refusal } from '@tpx/protocol';
import type { Bucket, RateLimits } from '../config/rate-limit-setting.ts';

type Level = { readonly bucket: Bucket; tokens: number; at: number };

/** Buckets kept at once; past it the least recently used are forgotten, which only ever forgives. */
const BUCKETS_MAX = 200_000;
/** Buckets that one sweep looks at: a fraction of a millisecond. */
const SWEPT_AT_ONCE = 5_000;
const FORGOTTEN_AT_ONCE = 2_000;

/**
 * Token buckets of this node (spec LIM-1). Each name and key refills by itself; a bucket that is full again is the same as
 * none, and is forgotten.
 */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #now: () => number;
  /** The least recently used come first. */
  readonly #levels = new Map<string, Level>();
  #sweeping = this.#levels.entries();
  #sweepingSince = 0;

  /** `now` gives milliseconds and never goes back: a clock that is set back would empty buckets. */
  constructor(limits: RateLimits, now: () => number = () => performance.now()) {
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

  /** How many buckets are not full, or were not at the last look. */
  get size(): number {
    return this.#levels.size;
  }

  /** Forgets buckets that are full again, some at a time. Call it about once a second. */
  sweep(): void {
    const now = this.#now();
    for (let left = SWEPT_AT_ONCE; left > 0; left--) {
      const { value, done } = this.#sweeping.next();
      // A bucket that is used moves to the end: from the first one used since the round began, all were.
      if (done || value[1].at > this.#sweepingSince) {
        this.#sweeping = this.#levels.entries();
        this.#sweepingSince = now;
        return;
      }
      const [id, level] = value;
      if (tokensAt(level, now) >= level.bucket.burst) this.#levels.delete(id);
    }
  }

  /** Takes tokens for what has been done already, also those that are not there yet: the next request waits for them. */
  charge(name: RateLimitName, key: string, tokens: number): void {
    const level = this.#refill(name, key);
    if (level) level.tokens -= tokens;
  }

  /** Charges for a page that was read, by its size; the token that was taken for it pays for the first part. */
  chargePage(name: RateLimitName, key: string, characters: number): void {
    const tokens = characters / LIMITS.readCharactersPerToken - 1;
    if (tokens > 0) this.charge(name, key, tokens);
  }

  /** Milliseconds to wait, 0 where the tokens were had. */
  #spend(name: RateLimitName, key: string, tokens: number): number {
    const level = this.#refill(name, key);
    if (!level) return 0;
    const { burst, perSecond } = level.bucket;
    const spent = Math.min(tokens, burst);
    const needed = Math.max(spent, 1);
    if (level.tokens < needed) return Math.ceil(((needed - level.tokens) / perSecond) * 1000);
    level.tokens -= spent;
    return 0;
  }

  /** The bucket as it is now; undefined where this is not limited. */
  #refill(name: RateLimitName, key: string): Level | undefined {
    const bucket = this.#limits?.[name];
    if (!bucket) return undefined;
    const id = `${name} ${key}`;
    const now = this.#now();
    const level = this.#levels.get(id) ?? { bucket, tokens: bucket.burst, at: now };
    // To the end: what has not been used for long comes first.
    if (!this.#levels.delete(id) && this.#levels.size >= BUCKETS_MAX) this.#forgetOldest();
    this.#levels.set(id, level);
    level.tokens = tokensAt(level, now);
    level.at = now;
    return level;
  }

  /** Many at once: `keys()` skips all deleted entries again each time. */
  #forgetOldest(): void {
    let left = FORGOTTEN_AT_ONCE;
    for (const id of this.#levels.keys()) {
      this.#levels.delete(id);
      if (--left === 0) return;
    }
  }
}

function tokensAt({ bucket, tokens, at }: Level, now: number): number {
  return Math.min(bucket.burst, tokens + ((now - at) / 1000) * bucket.perSecond);
}

function rateLimited(waitMs: number): Refusal {
  const seconds = Math.ceil(waitMs / 1000);
  return new Refusal('rate_limited', `Too many requests. Try again in ${seconds} s.`, {
    retryAfterMs: waitMs,
  });
}
