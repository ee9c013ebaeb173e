import { expect, test } from 'bun:test';
import { Refusal } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import { Admission } from './admission.ts';

/** Work that ends when the test says so, and what of it has begun. */
function stalledWork(admission: Admission, count: number) {
  const begun: number[] = [];
  const gates = Array.from({ length: count }, () => Promise.withResolvers<number>());
  const done = gates.map(({ promise }, index) =>
    admission.run(() => {
      begun.push(index);
      return promise;
    }),
  );
  const end = (index: number) => gates[index]?.resolve(index);
  return { begun, done, end };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('WS-21 so many at once, the others in the order in which they came', async () => {
  const { begun, done, end } = stalledWork(new Admission({ atOnce: 2, waiting: 10 }), 6);
  expect(begun).toEqual([0, 1]);
  end(1);
  await until(() => begun.length === 3, { what: 'the next to begin' });
  end(0);
  end(2);
  await until(() => begun.length === 5, { what: 'the next two to begin' });
  for (const index of [3, 4, 5]) end(index);
  expect(await Promise.all(done)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
});

test('WS-21 too many are refused, told when to come back, and not all the same', async () => {
  const admission = new Admission({ atOnce: 1, waiting: 1 });
  const { done, end } = stalledWork(admission, 2);
  const refusals = await Promise.all(
    Array.from({ length: 20 }, () =>
      admission
        .run(() => Promise.resolve())
        .then(
          () => undefined,
          (error: unknown) => error as Refusal,
        ),
    ),
  );
  const waits = refusals.map((refusal) => refusal?.retryAfterMs ?? 0);
  expect(refusals[0]).toBeInstanceOf(Refusal);
  expect(refusals[0]?.code).toBe('unavailable');
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(3_000);
  expect(new Set(waits).size).toBeGreaterThan(1);
  end(0);
  end(1);
  expect(await Promise.all(done)).toEqual([0, 1]);
  expect(await admission.run(async () => 'in')).toBe('in');
});

test('WS-21 also what needs no waiting is spread over turns of the loop', async () => {
  const admission = new Admission({ atOnce: 3, waiting: 100 });
  let done = 0;
  const all = Promise.all(Array.from({ length: 10 }, () => admission.run(async () => done++)));
  const seen: number[] = [];
  while (done < 10) {
    await turn();
    seen.push(done);
  }
  await all;
  const steps = seen.map((count, index) => count - (seen[index - 1] ?? 0));
  expect(Math.max(...steps)).toBe(3);
});

test('WS-21 work that fails makes room as well', async () => {
  const admission = new Admission({ atOnce: 1, waiting: 5 });
  const outcomes = await Promise.allSettled([
    admission.run(() => Promise.reject(new Error('no'))),
    admission.run(async () => 'yes'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(admission.waiting).toBe(0);
});
