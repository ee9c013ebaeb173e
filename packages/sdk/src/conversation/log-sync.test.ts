import { describe, expect, test } from 'bun:test';
import { type LogEvent, Refusal } from '@tpx/protocol';
import { FakeClock, seededRandom, seedOfThisRun } from '@tpx/testkit';
import { NetworkError } from '../trouble.ts';
import { LogSync } from './log-sync.ts';

const event = (seq: number): LogEvent => ({
  seq,
  event: 'deleted',
  payload: { seq, event_id: `e${seq}`, id: String(seq) },
});
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** A log of `length` events from `first` on, and a device that follows it. */
function setUp(options: { lastSeq?: number; length: number; first?: number; page?: number }) {
  const clock = new FakeClock();
  const log = { length: options.length, first: options.first ?? 1 };
  const applied: number[] = [];
  const asked: number[] = [];
  const skipped: number[] = [];
  const trouble: Error[] = [];
  const sync = new LogSync({
    lastSeq: options.lastSeq,
    clock,
    random: () => 0.5,
    apply: (events) => applied.push(...events.map(({ seq }) => seq)),
    skipTo: (seq) => skipped.push(seq),
    fetchAfter: async (after) => {
      asked.push(after);
      const error = trouble.shift();
      if (error) throw error;
      const from = Math.max(after + 1, log.first);
      const to = Math.min(log.length, from + (options.page ?? 200) - 1);
      return { events: range(from, to).map(event), has_more: to < log.length };
    },
  });
  return { clock, log, applied, asked, skipped, trouble, sync };
}

describe('SDK-4 following a log', () => {
  test('SDK-4 what a resume brings is applied, what it announces is fetched, live events wait for it', async () => {
    const { sync, clock, applied, asked } = setUp({ lastSeq: 3, length: 9, page: 2 });
    sync.resume({ events: [event(4), event(5)], has_more: true }, 9);
    sync.live(event(10));
    await clock.run(1_000);
    expect(applied).toEqual(range(4, 10));
    // The first page with the event that is held, to see that it follows.
    expect(asked).toEqual([4, 6, 8]);
  });

  test('SDK-4 a gap that closes by itself costs no request, one that stays is fetched', async () => {
    const { sync, clock, applied, asked, log } = setUp({ lastSeq: 1, length: 3 });
    sync.resume({ events: [], has_more: false }, 1);
    sync.live(event(3));
    await clock.run(100);
    sync.live(event(2));
    await clock.run(1_000);
    expect([applied, asked]).toEqual([[2, 3], []]);
    log.length = 6;
    sync.live(event(6));
    await clock.run(1_000);
    expect([applied, asked]).toEqual([range(2, 6), [2]]);
  });

  test('SDK-4 a join without last_seq begins where the answer says; what came before it waits', () => {
    const { sync, applied } = setUp({ length: 0 });
    expect(sync.lastSeq).toBeUndefined();
    sync.live(event(1));
    expect(applied).toEqual([]);
    sync.begin(0);
    expect([applied, sync.lastSeq]).toEqual([[1], 1]);
  });

  test('SDK-4 network trouble while fetching is repeated, a refusal for good is not', async () => {
    const { sync, clock, applied, asked, trouble } = setUp({ lastSeq: 0, length: 4 });
    trouble.push(new NetworkError('timeout', ''), new Refusal('unavailable'));
    sync.resume({ events: [], has_more: true }, 4);
    await clock.run(10_000);
    expect([applied, asked]).toEqual([range(1, 4), [0, 0, 0]]);
    trouble.push(new Refusal('banned'));
    sync.live(event(9));
    await clock.run(60_000);
    expect(asked).toHaveLength(4);
  });

  test('SDK-4 a gap that retention made is passed over', async () => {
    const { sync, clock, applied } = setUp({ lastSeq: 2, length: 2 });
    sync.resume({ events: [], has_more: false }, 2);
    sync.live(event(8));
    await clock.run(60_000);
    expect(applied).toEqual([8]);
  });

  test('SDK-4 nothing after last_seq in a log that has gone on: all of it was removed', () => {
    const { sync } = setUp({ lastSeq: 2, length: 7, first: 8 });
    sync.resume({ events: [], has_more: false }, 7);
    expect(sync.lastSeq).toBe(7);
  });

  test('SDK-21 what the log has after another event than the one that is held does not follow it', async () => {
    const { sync, clock, applied, asked } = setUp({ lastSeq: 3, length: 9 });
    sync.resume({ events: [], has_more: false }, 3);
    // Of a history that is no more: the log has another event at 4.
    sync.live({ seq: 4, event: 'deleted', payload: { seq: 4, event_id: 'lost', id: 'x' } });
    sync.live(event(6));
    await clock.run(10_000);
    expect(applied).toEqual([4]);
    expect(asked.length).toBeGreaterThan(2);
    expect(sync.position).toEqual({ last_seq: 4, last_id: 'lost' });
  });

  test('SDK-21 a history that was replaced is followed from its own end, and not before that is known', () => {
    const { sync, applied } = setUp({ lastSeq: 40, length: 7 });
    const undo = sync.beginAnew();
    sync.live(event(41));
    expect([applied, sync.position]).toEqual([[], undefined]);
    undo();
    expect(sync.position).toEqual({ last_seq: 40 });
    sync.beginAnew();
    sync.live(event(8));
    sync.begin(7, 'seven');
    expect([applied, sync.position]).toEqual([[8], { last_seq: 8, last_id: 'e8' }]);
  });

  test('SDK-4 who missed thousands of events begins again with the newest', async () => {
    const { sync, clock, applied, skipped } = setUp({ lastSeq: 0, length: 9_000 });
    sync.resume({ events: range(1, 200).map(event), has_more: true }, 9_000);
    sync.live(event(9_001));
    await clock.run(1_000);
    expect(skipped).toEqual([9_000]);
    expect(applied.at(-1)).toBe(9_001);
    expect(sync.lastSeq).toBe(9_001);
  });

  test('SDK-4 it is events that count, not pages: long messages come in short ones', async () => {
    const { sync, clock, applied, skipped } = setUp({ lastSeq: 0, length: 300, page: 10 });
    sync.resume({ events: [], has_more: true }, 300);
    await clock.run(1_000);
    expect(skipped).toEqual([]);
    expect(applied).toEqual(range(1, 300));
  });

  test('SDK-4 any loss, order and reconnect: each seq once, ascending, to the end', async () => {
    const seed = seedOfThisRun();
    const random = seededRandom(seed);
    for (let round = 0; round < 40; round++) {
      const { sync, clock, applied, log, trouble } = setUp({
        lastSeq: 0,
        length: 0,
        page: 1 + random.below(5),
      });
      const inFlight: number[] = [];
      sync.resume({ events: [], has_more: false }, 0);
      for (let step = 0; step < 60; step++) {
        if (random.next() < 0.6) inFlight.push(++log.length);
        if (random.next() < 0.2) inFlight.splice(random.below(inFlight.length + 1), 1);
        if (random.next() < 0.1) trouble.push(new NetworkError('timeout', ''));
        if (inFlight.length > 0 && random.next() < 0.7) {
          sync.live(event(inFlight.splice(random.below(inFlight.length), 1)[0] ?? 0));
        }
        if (random.next() < 0.08) {
          sync.disconnected();
          inFlight.length = 0;
          sync.resume({ events: [], has_more: (sync.lastSeq ?? 0) < log.length }, log.length);
        }
        await clock.run(random.below(200));
      }
      sync.disconnected();
      sync.resume({ events: [], has_more: true }, log.length);
      await clock.run(60_000);
      expect(applied, `seed ${seed} round ${round}`).toEqual(range(1, log.length));
    }
  });
});
