import { expect, test } from 'bun:test';
import { closest, slipsBetween } from './closest.ts';

test('TERM-10 slips are letters added, left out, changed or swapped', () => {
  expect([
    slipsBetween('leave', 'leave'),
    slipsBetween('laeve', 'leave'),
    slipsBetween('kick', 'pick'),
  ]).toEqual([0, 1, 1]);
  expect([slipsBetween('', 'abc'), slipsBetween('abc', ''), slipsBetween('hsitory', 'history')]).toEqual([
    3, 3, 1,
  ]);
});

test('TERM-10 the nearest is meant, the first of equals, and nothing that is far', () => {
  expect(closest('histry', ['list', 'history', 'highlight'])).toBe('history');
  expect(closest('bat', ['cat', 'hat'])).toBe('cat');
  expect(closest('xyz', ['history'])).toBeUndefined();
  expect(closest('', ['a'])).toBeUndefined();
});
