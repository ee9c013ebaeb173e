import { expect, test } from 'bun:test';
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
