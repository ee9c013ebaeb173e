import { expect, test } from 'bun:test';
import type { ConversationId, LogEventName } from '@tpx/protocol';
import type { LogEntry } from './announcer.ts';
import { EventRing } from './event-ring.ts';

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
const seqs = (entries: readonly LogEntry[] | undefined) => entries?.map(({ seq }) => seq);

test('LOG-6: the ring answers what came after a seq it still reaches', () => {
  const ring = new EventRing();
  for (let seq = 5; seq <= 9; seq++) ring.push(entry(seq));
  expect(seqs(ring.since(6, 9))).toEqual([7, 8, 9]);
  expect(seqs(ring.since(4, 9))).toEqual([5, 6, 7, 8, 9]);
  expect(seqs(ring.since(9, 9))).toEqual([]);
});

test('LOG-6: the ring does not answer for what it has forgotten', () => {
  const ring = new EventRing();
  for (let seq = 5; seq <= 9; seq++) ring.push(entry(seq));
  expect(ring.since(3, 9)).toBeUndefined();
  expect(new EventRing().since(0, 4)).toBeUndefined();
});

test('LOG-6: the ring is bounded by entries and by size, and keeps the newest', () => {
  const byCount = new EventRing();
  for (let seq = 1; seq <= 5_000; seq++) byCount.push(entry(seq));
  expect(byCount.all().length).toBeLessThanOrEqual(400);
  expect(byCount.all().at(-1)?.seq).toBe(5_000);
  const bySize = new EventRing();
  for (let seq = 1; seq <= 100; seq++) bySize.push(entry(seq, 'message', { text: 'x'.repeat(20_000) }));
  const characters = bySize.all().reduce((sum, { payload }) => sum + payload.length, 0);
  expect(characters).toBeLessThanOrEqual(2 * 262_144);
  expect(bySize.all().at(-1)?.seq).toBe(100);
});

test('LOG-7: a deletion takes the content out of what the ring keeps', () => {
  const ring = new EventRing();
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
  const ring = new EventRing();
  const message = (text: string) => ({ id: 'm1', content: { text }, encryption: null, edited_at: null });
  ring.push(entry(1, 'message', { seq: 1, message: message('a secret') }));
  ring.push(entry(2, 'edited', { seq: 2, message: { ...message('better'), edited_at: 'now' } }));
  expect(JSON.parse(ring.all()[0]?.payload ?? '')).toEqual({
    seq: 1,
    message: { ...message('better'), edited_at: 'now' },
  });
});

test('LOG-6: messages that are redacted take no room from those that follow', () => {
  const ring = new EventRing();
  const content = { text: 'x'.repeat(16_000) };
  for (let n = 0; n < 100; n++) {
    ring.push(entry(2 * n + 1, 'message', { seq: 2 * n + 1, message: { id: `m${n}.`, content } }));
    ring.push(entry(2 * n + 2, 'deleted', { seq: 2 * n + 2, id: `m${n}.` }));
  }
  expect(ring.all().length).toBe(200);
});

test('GRP-9: what retention took is not in the ring any more', () => {
  const ring = new EventRing();
  for (let seq = 5; seq <= 9; seq++) ring.push(entry(seq));
  ring.dropBefore(8);
  expect(seqs(ring.all())).toEqual([8, 9]);
  ring.dropBefore(20);
  expect(seqs(ring.all())).toEqual([]);
  ring.push(entry(20));
  expect(seqs(ring.since(19, 20))).toEqual([20]);
});
