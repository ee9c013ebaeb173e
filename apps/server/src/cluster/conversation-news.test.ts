import { expect, test } from 'bun:test';
import type { ConversationId, UserId } from '@tpx/protocol';
import { type ConversationNews, decodeNews, encodeNews } from './conversation-news.ts';

const payload = JSON.stringify({ seq: 7, message: { content: { text: 'one\ntwo "é" 🎈' } } });

test.each<[ConversationNews]>([
  [{ type: 'logged', entry: { seq: 7, kind: 'group', event: 'message', payload } }],
  [{ type: 'logged', entry: { seq: 8, kind: 'dm', event: 'reaction', payload } }],
  [{ type: 'doubted' }],
  [
    {
      type: 'presence',
      nodeId: 'n',
      news: { size: 1, joins: [['u' as UserId, 7, 8, 'device']], leaves: [] },
    },
  ],
  [{ type: 'presence_wanted', nodeId: 'n' }],
  [{ type: 'signal', event: 'typing', payload }],
  [
    {
      type: 'changed',
      id: 12,
      change: { type: 'log_trimmed', conversationId: 'c' as ConversationId, firstSeq: 12 },
    },
  ],
])('CLU-3 news come out of their text as they went in: %p', (news) => {
  expect(decodeNews(encodeNews(news))).toEqual(news);
});

test('CLU-3 what a newer version says is passed over', () => {
  expect(decodeNews('teleported 7\n{}')).toBeUndefined();
  expect(decodeNews('')).toBeUndefined();
});
