export type UntilOptions = {
  /** What is waited for, as the end of "Still waiting for …". */
  what: string;
  timeoutMs?: number;
  everyMs?: number;
};

/**
 * Polls `predicate` until it gives something truthy and returns that. A predicate that throws has not come true yet;
 * its last error is the cause of the one thrown at the deadline.
 */
export async function until<Value>(
  predicate: () => Value | Promise<Value>,
  { what, timeoutMs = 10_000, everyMs = 10 }: UntilOptions,
): Promise<NonNullable<Value>> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await predicate();
      if (value) return value as NonNullable<Value>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`Still waiting for ${what} after ${timeoutMs} ms.`, { cause: lastError });
    }
    await Bun.sleep(everyMs);
  }
}
