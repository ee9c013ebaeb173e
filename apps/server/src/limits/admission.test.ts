import { expect, test } from 'bun:test';
import { Refusal } from '@tpx/protocol';
import { Admission } from './admission.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** How many more are done after each turn of the loop. */
async function stepsOf(done: readonly unknown[], count: number): Promise<number[]> {
  const steps: number[] = [];
  while (done.length < count) {
    const before = done.length;
    await turn();
    steps.push(done.length - before);
  }
  return steps;
}

test('WS-21 so many steps a turn of the loop, in the order in which they come', async () => {
  const admission = new Admission({ stepsPerTurn: 4, underWay: 100 });
  const done: number[] = [];
  const all = Array.from({ length: 20 }, (_, index) =>
    admission.letIn(async () => index).then((value) => done.push(value)),
  );
  const steps = await stepsOf(done, 20);
  await Promise.all(all);
  expect(done).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(Math.max(...steps)).toBeLessThanOrEqual(4);
});

test('WS-21 who was let in goes on before others begin', async () => {
  const admission = new Admission({ stepsPerTurn: 2, underWay: 100 });
  const order: string[] = [];
  const strangers = Array.from({ length: 6 }, () => admission.letIn(async () => order.push('begins')));
  const known = Array.from({ length: 2 }, () => admission.goOn().then(() => order.push('goes on')));
  await Promise.all([...strangers, ...known]);
  expect(order.slice(0, 4)).toEqual(['begins', 'begins', 'goes on', 'goes on']);
});

test('WS-21 too many are refused, told when to come back, and not all the same', async () => {
  const admission = new Admission({ stepsPerTurn: 10, underWay: 2 });
  const { promise, resolve } = Promise.withResolvers<string>();
  const inside = [admission.letIn(() => promise), admission.letIn(() => promise)];
  const refusals = await Promise.all(
    Array.from({ length: 20 }, () =>
      admission.letIn(async () => undefined).catch((error: unknown) => error as Refusal),
    ),
  );
  const waits = refusals.map((refusal) => refusal?.retryAfterMs ?? 0);
  expect(refusals[0]).toBeInstanceOf(Refusal);
  expect(refusals[0]?.code).toBe('unavailable');
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(3_000);
  expect(new Set(waits).size).toBeGreaterThan(1);
  resolve('in');
  expect(await Promise.all(inside)).toEqual(['in', 'in']);
  expect(await admission.letIn(async () => 'later')).toBe('later');
});

test('WS-21 what fails makes room as well', async () => {
  const admission = new Admission({ stepsPerTurn: 10, underWay: 1 });
  await expect(admission.letIn(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(admission.underWay).toBe(0);
  expect(await admission.letIn(async () => 'in')).toBe('in');
});
