import { expect, test } from 'bun:test';
import type { HistoryQuery } from '../rest/message-calls.ts';
import { History, type HistoryOptions } from './history.ts';
import { messageAt, messageEvent } from './message.fixture.ts';
import { MessageCache } from './message-cache.ts';

/** A log of 120 messages on a server that answers as ours does. */
function ofServer(limit = 500) {
  const cache = new MessageCache(limit);
  const fetch = async ({ before = 121, limit = 50 }: HistoryQuery) => {
    const from = Math.max(1, before - limit);
    const messages = Array.from({ length: before - from }, (_, index) => messageAt(from + index));
    return { messages, has_more: from > 1, first_seq: 1, last_seq: 120 };
  };
  // Nothing here waits, so it needs no platform.
  const platform = {} as HistoryOptions['platform'];
  return { cache, history: new History({ cache, platform, tell: () => undefined, fetch }) };
}

test('SDK-9 scrolling back before it is known how far the log goes ends no history', async () => {
  const { cache, history } = ofServer();
  const early = history.loadOlder(50, 0);
  await history.loadNewest(120, () => true);
  expect(await early).toBe(true);
  expect([cache.oldestSeq, history.isWhole]).toEqual([71, false]);
  expect(await history.loadOlder(50, 120)).toBe(true);
  expect(await history.loadOlder(50, 120)).toBe(false);
  expect([cache.oldestSeq, history.isWhole]).toEqual([1, true]);
});

test('SDK-9 what comes while a page is on its way leaves no gap behind that page', async () => {
  const { cache, history } = ofServer(50);
  await history.loadNewest(120, () => true);
  const loading = history.loadOlder(30, 120);
  for (let seq = 121; seq <= 125; seq++) cache.apply(messageEvent(seq));
  await loading;
  const seqs = cache.messages.map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => 126 - seqs.length + index));
  expect(seqs).toHaveLength(80);
});

test('SDK-9 a page that was asked for before the newest were loaded anew is not put before them', async () => {
  const { cache, history } = ofServer();
  await history.loadNewest(60, () => true);
  const late = history.loadOlder(10, 60);
  const anew = history.loadNewest(120, () => true);
  await Promise.all([late, anew]);
  expect(cache.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => 71 + index));
});

test('SDK-9 of an empty log everything is held', async () => {
  const { history } = ofServer();
  await history.loadNewest(0, () => true);
  expect(await history.loadOlder(50, 0)).toBe(false);
});
