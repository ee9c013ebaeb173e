import { expect, test } from 'bun:test';
import { failuresAfter, respawnDelayMs } from './respawn-delay.ts';

test('CLU-21 a worker is started again at once, then later and later, and at once again after a good while', () => {
  let failures = 0;
  const delays = Array.from({ length: 8 }, () => {
    failures = failuresAfter(failures, 100);
    return respawnDelayMs(failures);
  });
  expect(delays).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  expect(respawnDelayMs(failuresAfter(failures, 60_000))).toBe(0);
});
