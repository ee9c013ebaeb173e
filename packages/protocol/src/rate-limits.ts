/**
 * Token buckets, by name: `burst` at once, then `perSecond` refilled. `per` says whose bucket it is. An operator may
 * change any of them: `TPX_RATE_LIMITS="send=50/1s,register=100/1h"` (count / period; the burst is the count).
 */
export const RATE_LIMITS = {
  register: { per: 'address', burst: 10, perSecond: 10 / 3600 },
  login_failure: { per: 'account and address', burst: 10, perSecond: 10 / 900 },
  /** From addresses that none of the account's devices ever used. */
  login_failure_account: { per: 'account', burst: 50, perSecond: 50 / 3600 },
  login_address: { per: 'address', burst: 60, perSecond: 1 },
  refresh: { per: 'address', burst: 300, perSecond: 10 },
  connect: { per: 'address', burst: 500, perSecond: 50 },
  join: { per: 'user', burst: 500, perSecond: 20 },
  resume: { per: 'user', burst: 4_000, perSecond: 100 },
  frame: { per: 'user', burst: 2_000, perSecond: 300 },
  send: { per: 'user', burst: 40, perSecond: 10 },
  change: { per: 'user', burst: 40, perSecond: 5 },
  react: { per: 'user', burst: 40, perSecond: 5 },
  ping: { per: 'user', burst: 3, perSecond: 1 / 20 },
  signal: { per: 'user', burst: 200, perSecond: 50 },
  read: { per: 'user', burst: 200, perSecond: 40 },
  search: { per: 'user', burst: 20, perSecond: 2 },
  group_admin: { per: 'user', burst: 100, perSecond: 5 },
  create: { per: 'user', burst: 30, perSecond: 30 / 3600 },
} as const satisfies Record<string, { per: string; burst: number; perSecond: number }>;

export type RateLimitName = keyof typeof RATE_LIMITS;
