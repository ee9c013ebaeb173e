import { RATE_LIMITS, type RateLimitName } from '@tpx/protocol';
import { withoutLogin } from './secrets.ts';

export type Bucket = { burst: number; perSecond: number };
/** `undefined` means that nothing is limited. */
export type RateLimits = Record<RateLimitName, Bucket> | undefined;

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Reads `on`, `off` or `name=count/period,...`, where a period is a number and one of s m h d. */
export function parseRateLimits(text: string, Invalid: new (message: string) => Error): RateLimits {
  if (text === 'off') return undefined;
  const limits: Record<RateLimitName, Bucket> = structuredClone(RATE_LIMITS);
  if (text === 'on') return limits;
  for (const part of text.split(',')) {
    const match = /^\s*([a-z_]+)=(\d+)\/(\d*)([smhd])\s*$/.exec(part);
    if (!match)
      throw new Invalid(
        `TPX_RATE_LIMITS: "${withoutLogin(part)}" is not like send=50/1s. It is on, off, or such buckets.`,
      );
    const [, name = '', count, periods, unit] = match;
    if (!Object.hasOwn(limits, name)) {
      throw new Invalid(
        `TPX_RATE_LIMITS: there is no bucket "${name}". There are ${Object.keys(limits).join(', ')}.`,
      );
    }
    const seconds = Number(periods || 1) * SECONDS[unit as keyof typeof SECONDS];
    limits[name as RateLimitName] = { burst: Number(count), perSecond: Number(count) / seconds };
  }
  return limits;
}
