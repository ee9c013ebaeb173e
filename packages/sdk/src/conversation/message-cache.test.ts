import { describe, expect, test } from 'bun:test';
import type { LogEvent } from '@tpx/protocol';
import { messageAt, messageEvent } from './message.fixture.ts';
import { MessageCache } from './message-cache.ts';

const reaction = (seq: number, id: string, user_id: string, on: boolean): LogEvent => ({
  seq,
  event: 'reaction',
  payload: { seq, event_id: `e${seq}`, id, user_id, emoji: '👍', on },
});

describe('SDK-9 the cache of history', () => {
  test('SDK-9 never holds more than its limit, and drops the oldest', () => {
    const cache = new MessageCache(3);
    for (let seq = 1; seq <= 5; seq++) cache.apply(messageEvent(seq));
    expect(cache.messages.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    cache.prepend([messageAt(1), messageAt(2), messageAt(3)], 5, true);
    cache.apply(messageEvent(6));
    expect(cache.messages.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6]);
    expect(cache.toStore()).toHaveLength(3);
  });

  test('SDK-4 edits, deletions and reactions change the message that they are about', () => {
    const cache = new MessageCache(10);
    cache.apply(messageEvent(1));
    cache.apply(messageEvent(2));
    const edited = messageAt(1, { content: { text: 'better' }, edited_at: 'now' });
    cache.apply({ seq: 3, event: 'edited', payload: { seq: 3, event_id: 'e3', message: edited } });
    cache.apply({ seq: 4, event: 'deleted', payload: { seq: 4, event_id: 'e4', id: 'm2' } });
    cache.apply(reaction(5, 'm1', 'bob', true));
    expect(cache.find('m1')).toMatchObject({
      content: { text: 'better' },
      reactions: [{ count: 1, user_ids: ['bob'] }],
    });
    expect(cache.find('m2')).toMatchObject({ content: null, deleted: true });
    cache.apply(reaction(6, 'm1', 'bob', false));
    expect(cache.find('m1')?.reactions).toEqual([]);
  });

  test('SDK-4 an event that a page of history already reflects is not counted again', () => {
    const cache = new MessageCache(10);
    cache.prepend([messageAt(1, { reactions: [{ emoji: '👍', user_ids: [], count: 40 }] })], 50, false);
    cache.apply(reaction(50, 'm1', 'bob', true));
    expect(cache.find('m1')?.reactions[0]?.count).toBe(40);
    cache.apply(reaction(51, 'm1', 'cid', true));
    expect(cache.find('m1')?.reactions[0]?.count).toBe(41);
    cache.apply(reaction(52, 'm1', 'dee', false));
    expect(cache.find('m1')?.reactions[0]?.count).toBe(40);
  });

  test('SDK-4 an edit that overtakes the page of its message is not lost', () => {
    const cache = new MessageCache(10);
    cache.apply(messageEvent(8));
    const edited = messageAt(2, { content: { text: 'better' } });
    cache.apply({ seq: 9, event: 'edited', payload: { seq: 9, event_id: 'e9', message: edited } });
    cache.prepend([messageAt(2)], 8, true);
    expect(cache.find('m2')?.content).toEqual({ text: 'better' });
  });

  test('SDK-9 the messages are the same array until something in them changes', () => {
    const cache = new MessageCache(10);
    const steps = [
      () => cache.apply(messageEvent(5)),
      () => cache.apply(reaction(6, 'm5', 'bob', true)),
      () => cache.prepend([messageAt(3), messageAt(4)], 6, true),
      () => cache.dropBefore(4),
      () => cache.clear(),
    ];
    for (const step of steps) {
      const before = cache.messages;
      expect(cache.messages).toBe(before);
      step();
      expect(cache.messages).not.toBe(before);
    }
  });

  test('SDK-9 retention drops the front', () => {
    const cache = new MessageCache(
      10,
      [1, 2, 3].map((seq) => ({ message: messageAt(seq), asOf: seq })),
    );
    cache.dropBefore(3);
    expect(cache.oldestSeq).toBe(3);
  });
});
