import { expect, test } from 'bun:test';
import { Refusal } from '@tpx/protocol';
import { repeat } from './repeat.ts';

const ignore = () => undefined;

test('GRP-9 background work begins at once and goes on after a failure; an outage is no error', async () => {
  const outcomes = [new Error('a bug'), new Refusal('unavailable')];
  const errors: unknown[] = [];
  const third = Promise.withResolvers<void>();
  let turns = 0;
  await using _work = repeat(
    async () => {
      const failure = outcomes[turns++];
      if (failure) throw failure;
      third.resolve();
    },
    1,
    (error) => errors.push(error),
  );
  expect(turns).toBe(1);
  await third.promise;
  expect(errors).toMatchObject([{ message: 'a bug' }]);
});

test('GRP-9 disposing tells the turn under way, waits for it, and none follows', async () => {
  const finished = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  let turns = 0;
  const work = repeat(
    async (signal) => {
      turns++;
      signal.addEventListener('abort', () => told.resolve());
      await finished.promise;
    },
    0,
    ignore,
  );
  let disposed = false;
  const disposing = work[Symbol.asyncDispose]().then(() => {
    disposed = true;
  });
  await told.promise;
  expect(disposed).toBe(false);
  finished.resolve();
  await disposing;
  // A turn that had been planned would come before this one.
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(turns).toBe(1);
});
