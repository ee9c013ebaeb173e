import { expect, test } from 'bun:test';
import type { ConversationId, LogEventName, MessageObject } from '@tpx/protocol';
import type { LogEntry } from '../fanout/announcer.ts';
import { foldLog, isExact } from './fold-log.ts';

const message = (id: string, seq: number, text: string): MessageObject => ({
  id,
  client_id: null,
  conversation_id: 'c',
  seq,
  sender_id: 'alice',
  type: 'text',
  content: { text },
  encryption: null,
  reply_to: null,
  mentions: [],
  reactions: [],
  created_at: '2026-01-01T00:00:00.000Z',
  edited_at: null,
  deleted: false,
});
const entry = (seq: number, event: LogEventName, payload: object): LogEntry => ({
  conversationId: 'c' as ConversationId,
  kind: 'group',
  seq,
  event,
  payload: JSON.stringify({ seq, ...payload }),
});

test('LOG-6: messages are as they are after every edit, deletion and reaction', () => {
  const folded = foldLog([
    entry(1, 'message', { message: message('a', 1, 'one') }),
    entry(2, 'message', { message: message('b', 2, 'two') }),
    entry(3, 'edited', { message: { ...message('a', 1, 'ONE'), edited_at: '2026-01-01T00:00:01.000Z' } }),
    entry(4, 'reaction', { id: 'a', user_id: 'bob', emoji: '👍', on: true }),
    entry(5, 'reaction', { id: 'a', user_id: 'carol', emoji: '👍', on: true }),
    entry(6, 'reaction', { id: 'a', user_id: 'bob', emoji: '👍', on: false }),
    entry(7, 'deleted', { id: 'b' }),
    entry(8, 'edited', { message: message('older than the ring', 0, 'x') }),
  ]);
  expect(folded.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(folded[0]).toMatchObject({
    content: { text: 'ONE' },
    reactions: [{ emoji: '👍', user_ids: ['carol'], count: 1 }],
  });
  expect(folded[1]).toMatchObject({ content: null, deleted: true });
});

test('LOG-6: a reaction that the message shows already is not counted twice', () => {
  const reacted = { ...message('a', 1, 'one'), reactions: [{ emoji: '👍', user_ids: ['bob'], count: 1 }] };
  const [folded] = foldLog([
    entry(1, 'message', { message: reacted }),
    entry(2, 'reaction', { id: 'a', user_id: 'bob', emoji: '👍', on: true }),
  ]);
  expect(folded?.reactions).toEqual([{ emoji: '👍', user_ids: ['bob'], count: 1 }]);
});

test('LOG-6: where a reaction names not all of its users the fold is not trusted', () => {
  const entries = [entry(1, 'message', { message: message('a', 1, 'one') })];
  const reacting = (n: number) =>
    entry(n + 2, 'reaction', { id: 'a', user_id: `user-${n}`, emoji: '👍', on: true });
  for (let n = 0; n < 20; n++) entries.push(reacting(n));
  expect(foldLog(entries).every(isExact)).toBe(true);
  entries.push(reacting(20));
  expect(foldLog(entries).every(isExact)).toBe(false);
});
