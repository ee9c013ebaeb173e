import { expect, test } from 'bun:test';
import type { ConversationId, LogEventName } from '@tpx/protocol';
import type { LogEntry } from './announcer.ts';
import { EventRing } from './event-ring.ts';
import { RingMemory } from './ring-memory.ts';

const entry = (
  seq: number,
  event: LogEventName = 'message',
  payload: unknown = { seq, message: { id: `m${seq}` } },
): LogEntry => ({
  conversationId: 'c' as ConversationId,
  kind: 'group',
  seq,
  event,
  payload: JSON.stringify(payload),
});
const alone = () => new EventRing(new RingMemory(Number.POSITIVE_INFINITY));
const seqs = (entries: readonly LogEntry[] | undefined) => entries?.map(({ seq }) => seq);

test('LOG-6: the ring answers what came after a seq it still reaches', () => {
  const ring = alone();
  for (let seq = 5; seq <= 9; seq++) ring.push(entry(seq));
  expect(seqs(ring.since(6, 9))).toEqual([7, 8, 9]);
  expect(seqs(ring.since(4, 9))).toEqual([5, 6, 7, 8, 9]);
  expect(seqs(ring.since(9, 9))).toEqual([]);
});

test('LOG-6: the ring does not answer for what it has forgotten', () => {
  const ring = alone();
  for (let seq = 5; seq <= 9; seq++) ring.push(entry(seq));
  expect(ring.since(3, 9)).toBeUndefined();
  expect(alone().since(0, 4)).toBeUndefined();
});

test('LOG-6: the ring is bounded by entries and by size, and keeps the newest', () => {
  const byCount = alone();
  for (let seq = 1; seq <= 5_000; seq++) byCount.push(entry(seq));
  expect(byCount.all().length).toBeLessThanOrEqual(400);
  expect(byCount.all().at(-1)?.seq).toBe(5_000);
  const bySize = alone();
  for (let seq = 1; seq <= 100; seq++) bySize.push(entry(seq, 'message', { text: 'x'.repeat(20_000) }));
  const characters = bySize.all().reduce((sum, { payload }) => sum + payload.length, 0);
  expect(characters).toBeLessThanOrEqual(2 * 262_144);
  expect(bySize.all().at(-1)?.seq).toBe(100);
});

test('LOG-7: a deletion takes the content out of what the ring keeps', () => {
  const ring = alone();
  ring.push(entry(1, 'message', { seq: 1, message: { id: 'a', content: { text: 'secret' } } }));
  ring.push(entry(2, 'edited', { seq: 2, message: { id: 'a', content: { text: 'secret still' } } }));
  ring.push(entry(3, 'message', { seq: 3, message: { id: 'b', content: { text: 'in reply to a' } } }));
  ring.push(entry(4, 'deleted', { seq: 4, id: 'a' }));
  const kept = ring
    .all()
    .map(({ payload }) => payload)
    .join();
  expect(kept).not.toContain('secret');
  expect(kept).toContain('in reply to a');
  expect(seqs(ring.all())).toEqual([1, 2, 3, 4]);
});

test('LOG-7: what was edited away is not in the ring any more', () => {
  const ring = alone();
  const message = (text: string) => ({ id: 'm1', content: { text }, encryption: null, edited_at: null });
  ring.push(entry(1, 'message', { seq: 1, message: message('a secret') }));
  ring.push(entry(2, 'edited', { seq: 2, message: { ...message('better'), edited_at: 'now' } }));
  expect(JSON.parse(ring.all()[0]?.payload ?? '')).toEqual({
    seq: 1,
    message: { ...message('better'), edited_at: 'now' },
  });
});

test('LOG-6: messages that are redacted take no room from those that follow', () => {
  const ring = alone();
  const content = { text: 'x'.repeat(16_000) };
  for (let n = 0; n < 100; n++) {
    ring.push(entry(2 * n + 1, 'message', { seq: 2 * n + 1, message: { id: `m${n}.`, content } }));
    ring.push(entry(2 * n + 2, 'deleted', { seq: 2 * n + 2, id: `m${n}.` }));
  }
  expect(ring.all().length).toBe(200);
});

test('LOG-10: past the bound of all rings together, those that were idle longest are emptied', () => {
  const memory = new RingMemory(100_000);
  const rings = Array.from({ length: 20 }, () => new EventRing(memory));
  const long = (seq: number) => entry(seq, 'message', { text: 'x'.repeat(10_000) });
  for (const ring of rings.slice(0, 9)) ring.push(long(1));
  rings[0]?.push(entry(2));
  rings[1]?.touch();
  for (const ring of rings.slice(9)) {
    ring.push(long(1));
    expect(memory.characters).toBeLessThanOrEqual(100_000);
    rings[0]?.touch();
  }
  const held = rings.flatMap((ring, index) => (ring.all().length > 0 ? [index] : []));
  expect(held).toEqual([0, 12, 13, 14, 15, 16, 17, 18, 19]);
  expect(seqs(rings[0]?.all())).toEqual([1, 2]);
  expect(rings[1]?.since(0, 1)).toBeUndefined();
  rings[1]?.push(entry(2));
  expect(seqs(rings[1]?.since(1, 2))).toEqual([2]);
});

test('LOG-10: what rings count together is what they hold, whatever is done to them', () => {
  const memory = new RingMemory(Number.POSITIVE_INFINITY);
  const rings = [new EventRing(memory), new EventRing(memory)];
  const held = () =>
    rings.flatMap((ring) => ring.all()).reduce((sum, { payload }) => sum + payload.length, 0);
  for (const ring of rings) {
    for (let seq = 1; seq <= 1_000; seq++) ring.push(entry(seq, 'message', { text: 'x'.repeat(seq) }));
    ring.push(entry(1_001, 'message', { seq: 1_001, message: { id: 'a', content: { text: 'secret' } } }));
    ring.push(entry(1_002, 'deleted', { seq: 1_002, id: 'a' }));
    ring.dropBefore(990);
  }
  expect(memory.characters).toBe(held());
  expect(held()).toBeGreaterThan(10_000);
  rings[0]?.clear();
  expect(memory.characters).toBe(held());
  rings[1]?.clear();
  expect(memory.characters).toBe(0);
});

test('GRP-9: what retention took is not in the ring any more', () => {
  const ring = alone();
  for (let seq = 5; seq <= 9; seq++) ring.push(entry(seq));
  ring.dropBefore(8);
  expect(seqs(ring.all())).toEqual([8, 9]);
  ring.dropBefore(20);
  expect(seqs(ring.all())).toEqual([]);
  ring.push(entry(20));
  expect(seqs(ring.since(19, 20))).toEqual([20]);
});

test('GRP-9 LOG-7 an edit that outlives its message does not carry it', () => {
  const ring = new EventRing(new RingMemory(1_000_000));
  ring.push(entry(1, 'message', { seq: 1, message: { id: 'a', seq: 1, content: { text: 'old' } } }));
  ring.push(entry(2, 'message', { seq: 2, message: { id: 'b', seq: 2, content: { text: 'kept' } } }));
  ring.push(
    entry(3, 'edited', { seq: 3, event_id: 'e', message: { id: 'a', seq: 1, content: { text: 'secret' } } }),
  );
  ring.push(
    entry(4, 'edited', {
      seq: 4,
      event_id: 'f',
      message: { id: 'b', seq: 2, content: { text: 'kept too' } },
    }),
  );
  ring.dropBefore(2);
  const [, edit, other] = ring.all();
  expect(edit).toMatchObject({ seq: 3, event: 'deleted', payload: '{"seq":3,"event_id":"e","id":"a"}' });
  expect(other?.payload).toContain('kept too');
});

test('LOG-14 a ring knows which event is where, and which was the newest that it dropped', () => {
  const id = (n: number) => `0189000${n}-0000-7000-8000-000000000000`;
  const ring = new EventRing(new RingMemory(1_000_000));
  ring.push(
    entry(5, 'message', { seq: 5, message: { id: id(5), content: { text: `"event_id":"${id(9)}"` } } }),
  );
  ring.push(entry(6, 'edited', { seq: 6, event_id: id(6), message: { id: id(5) } }));
  expect([4, 5, 6, 7].map((seq) => ring.eventIdAt(seq))).toEqual([undefined, id(5), id(6), undefined]);
  ring.clear();
  expect([5, 6].map((seq) => ring.eventIdAt(seq))).toEqual([undefined, id(6)]);
});
