import { expect, test } from 'bun:test';
import { LatencyHistogram } from './latency-histogram.ts';

test('BENCH-1 a percentile is within 1% of the exact one, over seven powers of ten', () => {
  const histogram = new LatencyHistogram();
  const values = Array.from({ length: 20_000 }, (_, index) => Math.floor(10 ** ((index / 20_000) * 7)));
  for (const value of values) histogram.record(value);
  for (const share of [0.1, 0.5, 0.9, 0.95, 0.99, 0.999]) {
    const exact = values[Math.ceil(values.length * share) - 1] ?? 0;
    const told = histogram.percentile(share);
    expect(told).toBeGreaterThanOrEqual(exact);
    expect(told).toBeLessThanOrEqual(exact * 1.01 + 1);
  }
  expect(histogram.percentile(1)).toBe(values.at(-1) ?? 0);
});

test('BENCH-1 histograms of several processes add up to one', () => {
  const [one, other, both] = [new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram()];
  for (let value = 0; value < 50_000; value += 7) {
    (value % 2 === 0 ? one : other).record(value);
    both.record(value);
  }
  const merged = LatencyHistogram.from([one.toData(), other.toData()]);
  expect(merged.toData()).toEqual(both.toData());
  expect(merged.total).toBe(both.total);
  expect(merged.percentile(0.99)).toBe(both.percentile(0.99));
});
