import { expect, test } from 'bun:test';
import { until } from './until.ts';

test('TEST-2 until gives what the predicate gave once it is truthy', async () => {
  let count = 0;
  expect(await until(() => (++count === 3 ? 'third' : ''), { what: 'the third call', everyMs: 0 })).toBe(
    'third',
  );
});

test('TEST-2 until ends at its deadline with a sentence and the last error as its cause', async () => {
  const waiting = until(
    () => {
      throw new Error('no such thing');
    },
    { what: 'a miracle', timeoutMs: 20, everyMs: 1 },
  );
  const error = await waiting.catch((reason: unknown) => reason as Error);
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).toBe('Still waiting for a miracle after 20 ms.');
  expect(((error as Error).cause as Error).message).toBe('no such thing');
});
