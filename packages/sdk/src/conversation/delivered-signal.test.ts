import { describe, expect, test } from 'bun:test';
import { FakeClock } from '@tpx/testkit';
import { DeliveredSignal } from './delivered-signal.ts';

function setUp() {
  const clock = new FakeClock();
  const told: number[] = [];
  const link = { up: true };
  const signal = new DeliveredSignal(clock, 0, (seq) => {
    if (link.up) told.push(seq);
    return link.up;
  });
  return { clock, told, link, signal };
}

describe('SDK-7 delivered', () => {
  test('SDK-7 the first goes at once, then at most one a second with the highest', () => {
    const { clock, told, signal } = setUp();
    for (let seq = 1; seq <= 300; seq++) {
      signal.raise(seq);
      clock.advance(10);
    }
    clock.advance(1_000);
    expect(told).toEqual([1, 100, 200, 300]);
  });

  test('SDK-7 it never falls and never repeats', () => {
    const { clock, told, signal } = setUp();
    for (const seq of [5, 5, 3]) {
      signal.raise(seq);
      clock.advance(2_000);
    }
    expect(told).toEqual([5]);
  });

  test('SDK-7 what came without a connection is told with the next', () => {
    const { told, link, signal } = setUp();
    link.up = false;
    signal.raise(4);
    link.up = true;
    signal.connected();
    expect(told).toEqual([4]);
  });

  test('SDK-7 what was told right before the connection broke is told again, what was told long before is not', () => {
    const { clock, told, signal } = setUp();
    signal.raise(4);
    clock.advance(100);
    signal.disconnected();
    signal.connected();
    expect(told).toEqual([4, 4]);
    clock.advance(60_000);
    signal.disconnected();
    signal.connected();
    expect(told).toEqual([4, 4]);
  });
});
