import { expect, test } from 'bun:test';
import { SendTimes } from './send-times.ts';

test('SDK-16 percentiles are of the last 200 sends, by nearest rank', () => {
  const times = new SendTimes();
  expect([times.count, times.percentile(0.5)]).toEqual([0, undefined]);
  times.add(7);
  expect([times.percentile(0.5), times.percentile(0.95)]).toEqual([7, 7]);
  for (let ms = 1; ms <= 300; ms++) times.add(ms);
  expect([times.count, times.percentile(0.5), times.percentile(0.95)]).toEqual([200, 200, 290]);
});
