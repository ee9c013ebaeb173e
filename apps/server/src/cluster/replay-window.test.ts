import { expect, test } from 'bun:test';
import { ReplayWindow } from './replay-window.ts';

test('CLU-41 each number is accepted once, a little out of order as well', () => {
  const window = new ReplayWindow();
  for (let number = 100; number < 50_000; number += 2) {
    expect(window.accept(number + 1)).toBe(true);
    expect(window.accept(number)).toBe(true);
    expect(window.accept(number)).toBe(false);
    expect(window.accept(number + 1)).toBe(false);
  }
  expect(window.accept(49_000)).toBe(false);
});

test('CLU-41 what is older than the window is refused, and a leap forgets what it passed', () => {
  const window = new ReplayWindow();
  expect(window.accept(0)).toBe(true);
  expect(window.accept(8_191)).toBe(true);
  expect(window.accept(1)).toBe(true);
  expect(window.accept(8_192)).toBe(true);
  expect(window.accept(0)).toBe(false);
  expect(window.accept(1_000_000)).toBe(true);
  expect(window.accept(8_192)).toBe(false);
  expect(window.accept(999_999)).toBe(true);
  expect(window.accept(1_000_000 - 8_192)).toBe(false);
  for (const number of [Number.NaN, -1, 1.5, 2 ** 53]) expect(window.accept(number)).toBe(false);
});
