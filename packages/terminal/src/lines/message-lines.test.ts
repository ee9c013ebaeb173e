import { expect, test } from 'bun:test';
import type { MessageObject } from '@tpx/protocol';
import { messageLines } from './message-lines.ts';

const message: MessageObject = {
  id: 'm',
  client_id: null,
  conversation_id: 'c',
  seq: 1,
  sender_id: 'ann',
  type: 'text',
  content: { text: 'hello' },
  encryption: null,
  reply_to: null,
  mentions: [],
  reactions: [],
  created_at: '2026-01-01T12:03:00',
  edited_at: null,
  deleted: false,
};
const name = (id: string) => ({ ann: 'alice', bob: 'bob' })[id] ?? id;

test('TERM-81 a message is one line: time, name, text', () => {
  expect(messageLines(message, name)).toEqual(['12:03 alice: hello']);
  expect(messageLines(message, name, 'D')).toEqual(['12:03 alice: hello  D']);
});

test('TERM-81 further lines of a text cannot pass for another message', () => {
  const forged = { ...message, content: { text: 'hi\n12:04 bob: I owe you' } };
  expect(messageLines(forged, name)).toEqual(['12:03 alice: hi', '      12:04 bob: I owe you']);
});

test('TERM-81 tombstones, edits, reactions and notices say what they are', () => {
  expect(messageLines({ ...message, content: null, deleted: true }, name)).toEqual([
    '12:03 alice: (deleted)',
  ]);
  const edited = { ...message, edited_at: 'x', reactions: [{ emoji: '👍', user_ids: [], count: 2 }] };
  expect(messageLines(edited, name)).toEqual(['12:03 alice: hello  (edited) 👍2']);
  const notice = {
    ...message,
    type: 'system',
    content: { event: 'member_joined', actor_id: 'ann', user_id: 'bob' },
  };
  expect(messageLines(notice as MessageObject, name)).toEqual(['12:03 * alice added bob.']);
});
