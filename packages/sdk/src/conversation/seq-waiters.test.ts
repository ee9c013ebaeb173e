import { expect, test } from 'bun:test';
import { FakeClock } from '@tpx/testkit';
import { SeqWaiters } from './seq-waiters.ts';

test('SDK-17 who waits for a seq hears when it is held, or when the time is up', async () => {
  const clock = new FakeClock();
  const waiters = new SeqWaiters(clock);
  const [five, six, nine] = [waiters.wait(5, 1_000), waiters.wait(6, 1_000), waiters.wait(9, 1_000)];
  waiters.reached(4);
  waiters.reached(6);
  expect([await five, await six]).toEqual([true, true]);
  clock.advance(1_000);
  expect(await nine).toBe(false);
  expect(clock.waiting).toEqual([]);
});
