import { describe, expect, test } from 'bun:test';
import { Watermarks } from './watermarks.ts';

describe('SDK-6 the ladder', () => {
  test('SDK-6 sent, delivered, read: each once everybody else is there', () => {
    const marks = new Watermarks();
    expect(marks.ladderOf(5, 2)).toBe('sent');
    marks.raise('bob', 5, 0);
    expect([marks.ladderOf(5, 2), marks.ladderOf(5, 1)]).toEqual(['sent', 'delivered']);
    marks.raise('cid', 7, 7);
    expect(marks.ladderOf(5, 2)).toBe('delivered');
    expect(marks.reachOf(5, 2)).toEqual({ delivered: 2, read: 1, of: 2 });
    marks.raise('bob', 0, 5);
    expect(marks.ladderOf(5, 2)).toBe('read');
    expect(marks.ladderOf(6, 2)).toBe('sent');
  });

  test('SDK-6 marks never fall, and reading implies delivery', () => {
    const marks = new Watermarks();
    expect(marks.raise('bob', 0, 5)).toBe(true);
    expect(marks.raise('bob', 3, 2)).toBe(false);
    expect(marks.toStore()).toEqual([{ user_id: 'bob', delivered_seq: 5, read_seq: 5 }]);
  });

  test('SDK-6 a summary of a large room counts for earlier messages too, not for later ones', () => {
    const marks = new Watermarks();
    marks.summarize(10, { delivered: 80, read: 3, of: 80 });
    expect(marks.ladderOf(9, 80)).toBe('delivered');
    expect(marks.ladderOf(11, 80)).toBe('sent');
  });

  test('SDK-6 nobody else in the room: sent is all there is', () => {
    expect(new Watermarks().ladderOf(1, 0)).toBe('sent');
  });
});
