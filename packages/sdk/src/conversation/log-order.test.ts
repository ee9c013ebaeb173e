import { describe, expect, test } from 'bun:test';
import type { LogEvent } from '@tpx/protocol';
import { seededRandom, seedOfThisRun } from '@tpx/testkit';
import { LogOrder } from './log-order.ts';

const event = (seq: number): LogEvent => ({
  seq,
  event: 'deleted',
  payload: { seq, event_id: `e${seq}`, id: String(seq) },
});
const seqs = (events: LogEvent[]) => events.map(({ seq }) => seq);

describe('SDK-4 order', () => {
  test('SDK-4 what comes in order goes through, a duplicate does not', () => {
    const order = new LogOrder();
    expect(seqs(order.offer(event(1)))).toEqual([1]);
    expect(seqs(order.offer(event(1)))).toEqual([]);
    expect(seqs(order.offer(event(2)))).toEqual([2]);
    expect(order.hasGap).toBe(false);
  });

  test('SDK-4 what comes early waits for the gap to close', () => {
    const order = new LogOrder(4);
    expect(seqs(order.offer(event(7)))).toEqual([]);
    expect(seqs(order.offer(event(6)))).toEqual([]);
    expect(order.hasGap).toBe(true);
    expect(seqs(order.offer(event(5)))).toEqual([5, 6, 7]);
    expect(order.hasGap).toBe(false);
    expect(order.lastSeq).toBe(7);
  });

  test('SDK-4 a page closes a gap and skips what retention has removed', () => {
    const order = new LogOrder(2);
    order.offer(event(12));
    expect(seqs(order.offerPage([event(2), event(9), event(10), event(11)]))).toEqual([9, 10, 11, 12]);
    expect(order.lastSeq).toBe(12);
  });

  test('SDK-4 jumping ahead drops what it passes and drains what follows', () => {
    const order = new LogOrder();
    order.offer(event(5));
    order.offer(event(9));
    expect(seqs(order.jumpTo(8))).toEqual([9]);
    expect(order.jumpTo(3)).toEqual([]);
    expect(order.lastSeq).toBe(9);
  });

  test('SDK-4 any shuffle with duplicates comes out as 1..n, each once', () => {
    const seed = seedOfThisRun();
    const random = seededRandom(seed);
    for (let round = 0; round < 100; round++) {
      const order = new LogOrder();
      const waiting = Array.from({ length: 60 }, (_, index) => (index % 40) + 1);
      const out: number[] = [];
      while (waiting.length > 0) {
        const [seq = 0] = waiting.splice(random.below(waiting.length), 1);
        out.push(...seqs(order.offer(event(seq))));
      }
      expect(out, `seed ${seed}`).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    }
  });
});
