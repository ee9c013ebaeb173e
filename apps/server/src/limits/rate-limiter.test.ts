import { expect, setSystemTime, test } from 'bun:test';
import { LIMITS } from '@tpx/protocol';
import { seededRandom } from '@tpx/testkit';
import { parseRateLimits } from '../config/rate-limit-setting.ts';
import { RateLimiter } from './rate-limiter.ts';

const limits = parseRateLimits('send=3/3s', Error);

function refusalOf(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('LIM-1: a bucket gives its burst at once, then refills with time', () => {
  let now = 0;
  const limiter = new RateLimiter(limits, () => now);
  for (let index = 0; index < 3; index++) limiter.take('send', 'alice');
  expect(refusalOf(() => limiter.take('send', 'alice'))).toMatchObject({
    code: 'rate_limited',
    retryAfterMs: 1000,
  });
  now = 1_000;
  limiter.take('send', 'alice');
  expect(refusalOf(() => limiter.take('send', 'alice'))).toMatchObject({ code: 'rate_limited' });
  now = 60_000;
  for (let index = 0; index < 3; index++) limiter.take('send', 'alice');
  expect(refusalOf(() => limiter.take('send', 'alice'))).toMatchObject({ code: 'rate_limited' });
});

test('LIM-1: buckets of others, and of other names, are their own', () => {
  const limiter = new RateLimiter(limits, () => 0);
  for (let index = 0; index < 3; index++) limiter.take('send', 'alice');
  limiter.take('send', 'bob');
  limiter.take('ping', 'alice');
});

test('LIM-3: asking costs nothing, and says when there is something again', () => {
  const limiter = new RateLimiter(limits, () => 0);
  for (let index = 0; index < 9; index++) limiter.check('send', 'alice');
  for (let index = 0; index < 3; index++) limiter.take('send', 'alice');
  expect(refusalOf(() => limiter.check('send', 'alice'))).toMatchObject({ code: 'rate_limited' });
});

test('LIM-1: switched off, nothing is limited', () => {
  const limiter = new RateLimiter(undefined);
  for (let index = 0; index < 1_000; index++) limiter.take('register', '127.0.0.1');
});

test('LIM-4: what was more than a request is charged for later, and the next one waits for it', () => {
  let now = 0;
  const limiter = new RateLimiter(limits, () => now);
  limiter.take('send', 'alice');
  limiter.charge('send', 'alice', 4);
  expect(refusalOf(() => limiter.take('send', 'alice'))).toMatchObject({ retryAfterMs: 3_000 });
  limiter.take('send', 'bob');
  now = 3_000;
  limiter.take('send', 'alice');
});

test('LIM-4: a page of ordinary size costs its token, a large one by its size', () => {
  const limiter = new RateLimiter(limits, () => 0);
  for (let page = 0; page < 3; page++) {
    limiter.take('send', 'alice');
    limiter.chargePage('send', 'alice', LIMITS.readCharactersPerToken);
  }
  limiter.take('send', 'bob');
  limiter.chargePage('send', 'bob', 3 * LIMITS.readCharactersPerToken);
  expect(refusalOf(() => limiter.take('send', 'bob'))).toMatchObject({ retryAfterMs: 1_000 });
});

test('LIM-1: several tokens are had together or not at all; more than a bucket holds are a full one', () => {
  let now = 0;
  const limiter = new RateLimiter(limits, () => now);
  limiter.take('send', 'alice', 2);
  expect(refusalOf(() => limiter.take('send', 'alice', 2))).toMatchObject({ retryAfterMs: 1_000 });
  limiter.take('send', 'alice');
  expect(refusalOf(() => limiter.take('send', 'alice', 1_000))).toMatchObject({ retryAfterMs: 3_000 });
  now = 3_000;
  limiter.take('send', 'alice', 1_000);
  expect(refusalOf(() => limiter.take('send', 'alice'))).toMatchObject({ retryAfterMs: 1_000 });
});

test('LIM-1: a bucket that is full again is forgotten; one that is not, or owes tokens, is kept', () => {
  let now = 0;
  const limiter = new RateLimiter(limits, () => now);
  for (let index = 0; index < 12_000; index++) limiter.take('send', `user ${index}`);
  for (let index = 0; index < 3; index++) limiter.take('send', 'empty');
  limiter.charge('send', 'owing', 9);
  now = 1_500;
  // The last one finds the end.
  for (let sweeps = 0; sweeps < 4; sweeps++) limiter.sweep();
  expect(limiter.size).toBe(2);
  limiter.take('send', 'empty');
  expect(refusalOf(() => limiter.take('send', 'empty'))).toMatchObject({ code: 'rate_limited' });
  expect(refusalOf(() => limiter.take('send', 'owing'))).toMatchObject({ retryAfterMs: 5_500 });
  for (let index = 0; index < 3; index++) limiter.take('send', 'user 7');
  expect(refusalOf(() => limiter.take('send', 'user 7'))).toMatchObject({ code: 'rate_limited' });
  now = 60_000;
  for (let sweeps = 0; sweeps < 3; sweeps++) limiter.sweep();
  expect(limiter.size).toBe(0);
});

test('LIM-1: full buckets are forgotten also while more others are in use than one sweep looks at', () => {
  let now = 0;
  const limiter = new RateLimiter(limits, () => now);
  for (let second = 0; second < 60; second++) {
    for (let index = 0; index < 6_000; index++, now += 0.16) limiter.take('send', `busy ${index}`);
    for (let index = 0; index < 100; index++) limiter.take('send', `once ${second} ${index}`, 3);
    now = (second + 1) * 1_000;
    limiter.sweep();
  }
  expect(limiter.size).toBeLessThan(6_000 + 10 * 100);
});

test('LIM-1: a clock of the machine that is set back takes nothing away', () => {
  const limiter = new RateLimiter(limits);
  limiter.take('send', 'alice');
  setSystemTime(new Date(Date.now() - 3_600_000));
  limiter.take('send', 'alice');
  setSystemTime();
});

test('LIM-4: what was forgotten before it was charged for is charged for all the same', () => {
  let now = 0;
  const limiter = new RateLimiter(limits, () => now);
  limiter.take('send', 'alice');
  now = 2_000;
  limiter.sweep();
  limiter.charge('send', 'alice', 4);
  expect(refusalOf(() => limiter.take('send', 'alice'))).toMatchObject({ retryAfterMs: 2_000 });
});

test('LIM-1: with more buckets than are kept, the least recently used are forgotten', () => {
  const limiter = new RateLimiter(limits, () => 0);
  for (const name of ['idle', 'busy']) for (let index = 0; index < 3; index++) limiter.take('send', name);
  for (let index = 0; index < 300_000; index++) {
    limiter.take('send', `user ${index}`);
    if (index % 50_000 === 0) limiter.has('send', 'busy');
  }
  expect(limiter.size).toBeLessThanOrEqual(200_000);
  limiter.take('send', 'idle');
  expect(refusalOf(() => limiter.take('send', 'busy'))).toMatchObject({ code: 'rate_limited' });
});

test('LIM-1: whether full buckets are forgotten changes no decision', () => {
  let now = 0;
  const swept = new RateLimiter(limits, () => now);
  const kept = new RateLimiter(limits, () => now);
  const random = seededRandom(7);
  for (let step = 0; step < 5_000; step++) {
    now += random.below(700);
    const key = `user ${random.below(5)}`;
    const tokens = 1 + random.below(4);
    const [one, other] = [swept, kept].map((limiter) => refusalOf(() => limiter.take('send', key, tokens)));
    expect(one).toEqual(other as never);
    for (const limiter of [swept, kept]) if (step % 9 === 0) limiter.charge('send', key, 2);
    swept.sweep();
  }
});
