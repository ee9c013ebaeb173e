import { describe, expect, test } from 'bun:test';
import { FakeClock } from '@tpx/testkit';
import { TypingSignal, TypingUsers } from './typing.ts';

describe('SDK-11 typing', () => {
  test('SDK-11 many keys make one frame in three seconds, and one when it stops', () => {
    const clock = new FakeClock();
    const told: boolean[] = [];
    const signal = new TypingSignal(clock, (on) => told.push(on) > 0);
    for (let key = 0; key < 40; key++) {
      signal.typed();
      clock.advance(100);
    }
    signal.stopped();
    signal.stopped();
    expect(told).toEqual([true, true, false]);
  });

  test('SDK-11 somebody is shown until they stop, or six seconds after their last sign', () => {
    const clock = new FakeClock();
    let changes = 0;
    const typing = new TypingUsers(clock, () => changes++);
    typing.set('ann', true);
    typing.set('bob', true);
    clock.advance(4_000);
    typing.set('ann', true);
    clock.advance(4_000);
    expect(typing.users).toEqual(['ann']);
    typing.set('ann', false);
    expect([typing.users.length, changes]).toEqual([0, 4]);
  });
});
