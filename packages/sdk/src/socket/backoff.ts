/** How long to wait before connecting again (rule SDK-2), in milliseconds. */
export const RECONNECT = {
  /** The first attempt after a loss comes within this, so that one dropped connection is hardly felt. */
  firstMaxMs: 200,
  /** Later ones are this far apart at most: with the connection and the join, a client is back within 3 s. */
  maxMs: 2_000,
  /** After a close code that says "later", or a refusal to let anybody in. */
  laterMinMs: 2_000,
  laterMaxMs: 8_000,
  /** A connection that held this long is a good one, and the next loss begins at the first attempt again. */
  steadyMs: 5_000,
} as const;

/** `attempt` counts from 0. Random over half the span: a storm of clients comes back spread out. */
export function reconnectDelayMs(attempt: number, random: () => number): number {
  if (attempt === 0) return random() * RECONNECT.firstMaxMs;
  const span = Math.min(RECONNECT.maxMs, RECONNECT.firstMaxMs * 2 ** attempt);
  return span / 2 + (random() * span) / 2;
}

export function laterDelayMs(random: () => number): number {
  return RECONNECT.laterMinMs + random() * (RECONNECT.laterMaxMs - RECONNECT.laterMinMs);
}

/** For repeating one request while the connection stands. */
export function retryDelayMs(attempt: number, random: () => number): number {
  const span = Math.min(5_000, 500 * 2 ** Math.min(attempt, 10));
  return span / 2 + (random() * span) / 2;
}
