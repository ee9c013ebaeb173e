import { expect, test } from 'bun:test';
import { seededRandom } from '@tpx/testkit';
import { RECONNECT, reconnectDelayMs } from './backoff.ts';

test('SDK-2 the first attempt comes within 200 ms, later ones never more than 2 s apart', () => {
  const random = seededRandom(1).next;
  for (let round = 0; round < 200; round++) {
    expect(reconnectDelayMs(0, random)).toBeLessThanOrEqual(RECONNECT.firstMaxMs);
    for (const attempt of [1, 2, 3, 4, 10, 1000]) {
      const delay = reconnectDelayMs(attempt, random);
      expect(delay).toBeLessThanOrEqual(RECONNECT.maxMs);
      expect(delay).toBeGreaterThanOrEqual(RECONNECT.firstMaxMs);
    }
  }
});

test('SDK-2 attempts grow apart and clients spread over half of each span', () => {
  expect([0, 1, 2, 3, 4, 5].map((attempt) => reconnectDelayMs(attempt, () => 1))).toEqual([
    200, 400, 800, 1600, 2000, 2000,
  ]);
  expect(reconnectDelayMs(5, () => 0)).toBe(1000);
});
