import { TAKEN } from './limits.ts';

/** How long to wait as a server put it, or undefined for what is no time. */
export function readRetryAfterMs(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  return Math.min(value, TAKEN.retryAfterMaxMs);
}

/** What a refusal says, or undefined for what is no text: then the code's own stands. `Refusal` bounds its length. */
export function readSentence(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
