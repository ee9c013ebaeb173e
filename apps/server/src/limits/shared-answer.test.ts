import { expect, test } from 'bun:test';
import { until } from '@tpx/testkit';
import { sharedAnswer } from './shared-answer.ts';

test('REST-12 many askers cost one answer; it is made anew when it is stale', async () => {
  let made = 0;
  const make = async () => ++made;
  const ask = sharedAnswer(60_000, make);
  expect(await Promise.all(Array.from({ length: 100 }, ask))).toEqual(Array(100).fill(1));
  expect(await ask()).toBe(1);
  const askAnew = sharedAnswer(1, make);
  expect(await askAnew()).toBe(2);
  await until(async () => (await askAnew()) > 2, { what: 'an answer that is not stale' });
});

test('REST-12 a failure is returned to those who waited, and the next asks again', async () => {
  let made = 0;
  const ask = sharedAnswer(1_000, async () => {
    if (++made === 1) throw new Error('away');
    return made;
  });
  const [one, other] = await Promise.allSettled([ask(), ask()]);
  expect([one.status, other.status]).toEqual(['rejected', 'rejected']);
  expect(await ask()).toBe(2);
});
