import { LIMITS } from '@tpx/protocol';
import { type Platform, wait } from '../platform.ts';
import type { HistoryPage } from '../rest/answers.ts';
import type { HistoryQuery } from '../rest/message-calls.ts';
import { retryDelayMs } from '../socket/backoff.ts';
import { isRetryable } from '../trouble.ts';
import type { Tell } from './conversation-events.ts';
import type { MessageCache } from './message-cache.ts';

export type HistoryOptions = {
  cache: MessageCache;
  platform: Platform;
  tell: Tell;
  fetch: (query: HistoryQuery) => Promise<HistoryPage>;
};

/** Brings pages of messages into the cache: the newest to begin with, older ones when somebody scrolls back. */
export class History {
  readonly #options: HistoryOptions;
  /** Where the server has said that nothing is before. */
  #start: number | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /**
   * The newest messages up to `seq`; what is newer comes as events. Repeats through network trouble while `wanted`.
   * @throws {Refusal} for good @throws {NetworkError} when it is wanted no more
   */
  async loadNewest(seq: number, wanted: () => boolean): Promise<void> {
    const { cache, platform, tell } = this.#options;
    cache.clear();
    this.#start = undefined;
    if (seq === 0) {
      this.#start = 1;
      return;
    }
    for (let attempt = 0; ; attempt++) {
      try {
        const { messages, has_more } = await this.#options.fetch({
          before: seq + 1,
          limit: LIMITS.pageDefault,
        });
        if (!wanted()) return;
        cache.prepend(messages, seq, false);
        if (!has_more) this.#start = cache.oldestSeq ?? 1;
        tell('history', { count: messages.length });
        return;
      } catch (error) {
        if (!isRetryable(error) || !wanted()) throw error;
        await wait(platform.clock, retryDelayMs(attempt, platform.random));
      }
    }
  }

  /** Retention removed what was before `firstSeq`; where all was held before, what is left is all. */
  trimmed(firstSeq: number): void {
    const { cache } = this.#options;
    const wasWhole = this.isWhole;
    cache.dropBefore(firstSeq);
    if (wasWhole) this.#start = cache.oldestSeq ?? firstSeq;
  }

  /** Whether the cache begins where the conversation does. */
  get isWhole(): boolean {
    return this.#start !== undefined && (this.#options.cache.oldestSeq ?? this.#start) <= this.#start;
  }

  /** True where there is more. `seq`: how far the cache is known. @throws {Refusal} @throws {NetworkError} */
  async loadOlder(limit: number, seq: number): Promise<boolean> {
    const { cache, tell } = this.#options;
    // How far the log goes is not known yet: an empty page before its beginning would pass for the whole history.
    if (cache.oldestSeq === undefined && seq === 0) return this.#start === undefined;
    const oldest = cache.oldestSeq;
    return cache.keepingFront(async () => {
      const { messages, has_more } = await this.#options.fetch({ before: oldest ?? seq + 1, limit });
      // Begun anew meanwhile, or shortened by retention: the page ends before what is held now begins.
      if (oldest !== undefined && (cache.oldestSeq ?? Number.POSITIVE_INFINITY) > oldest) return true;
      cache.prepend(messages, seq, true);
      if (!has_more) this.#start = cache.oldestSeq ?? 1;
      tell('history', { count: messages.length });
      return has_more;
    });
  }
}
