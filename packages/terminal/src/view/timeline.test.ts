import { expect, test } from 'bun:test';
import type { MessageObject } from '@tpx/protocol';
import type { OutboxEntry } from '@tpx/sdk';
import { Timeline } from './timeline.ts';

const messages = [3, 5, 9].map((seq) => ({ seq }) as MessageObject);
const notice = (id: string, after: number, at = 0) => ({ id, after, at, kind: 'told' as const, text: '' });
const pending = (client_id: string, at: number) =>
  ({ client_id, created_at: new Date(at).toISOString() }) as OutboxEntry;

function ids(timeline: Timeline): (string | number)[] {
  return Array.from({ length: timeline.length }, (_, index) => {
    const item = timeline.at(index);
    if (item?.kind === 'message') return item.message.seq;
    if (item?.kind === 'gone') return item.message.id;
    return item?.kind === 'notice' ? item.notice.id : (item?.entry.client_id ?? '');
  });
}

test('TERM-41 notices stand behind the message they came after, and what waits to be sent at the end by its time', () => {
  const notices = [
    notice('first', 0),
    notice('a', 5, 1),
    notice('b', 6, 2),
    notice('c', 9, 30),
    notice('d', 9, 50),
  ];
  const timeline = new Timeline(messages, notices, [pending('p', 40)]);
  expect(ids(timeline)).toEqual(['first', 3, 5, 'a', 'b', 9, 'c', 'p', 'd']);
});

test('TERM-41 an anchor finds its place again after messages came before and behind it', () => {
  const notices = [notice('a', 5), notice('b', 5, 1)];
  const before = new Timeline(messages, notices, []);
  const more = [1, 3, 5, 7, 9, 11].map((seq) => ({ seq }) as MessageObject);
  const after = new Timeline(more, notices, []);
  for (let index = 0; index < before.length; index++) {
    const anchor = before.anchorAt(index);
    expect(before.indexOf(anchor)).toBe(index);
    expect(ids(after)[after.indexOf(anchor)]).toBe(ids(before)[index] as string);
  }
  expect(after.indexOf({ seq: 8 })).toBe(ids(after).indexOf(7));
  expect(after.indexOf({ seq: 0 })).toBe(-1);
  expect(after.indexOf({ seq: 5, extra: 'gone' })).toBe(ids(after).indexOf(5));
});

test('TERM-41 what the server does not have any more stands behind the last message that both have', () => {
  const gone = (id: string, at: number) => ({
    message: { id, created_at: new Date(at).toISOString() } as MessageObject,
    after: 5,
  });
  const timeline = new Timeline(
    messages,
    [notice('told', 9)],
    [pending('p', 40)],
    [gone('g', 1), gone('h', 2)],
  );
  expect(ids(timeline)).toEqual([3, 5, 'g', 'h', 9, 'told', 'p']);
  expect(timeline.indexOf(timeline.anchorAt(3))).toBe(3);
});
