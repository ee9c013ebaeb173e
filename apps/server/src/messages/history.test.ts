import { expect, test } from 'bun:test';
import { type ConversationId, type MessageId, Refusal } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import type { LogEntry } from '../fanout/announcer.ts';
import { liveGroup } from '../fanout/live-conversation.fixture.ts';
import { GroupWorld } from '../groups/group-world.fixture.ts';
import { readHistory } from './history.ts';
import { readLog } from './read-log.ts';

test('LOG-6: history has what was acknowledged though an event before it did not come; the ring has what it has', async () => {
  await using world = await GroupWorld.open();
  const alice = await world.person();
  const id = await world.group({ owner: [alice] });
  const now = new Date();
  const [first, lost, last] = (await world.messages(id, alice, [now, now, now])) as MessageId[];
  const conversation = liveGroup({ id });
  const [heard, , early] = await readLog(world.database, id, 0, 3);
  if (!heard || !early) throw new Error('the log is shorter');
  conversation.accept(heard);

  let asked = 0;
  const counting: Database = {
    ...world.database,
    query: (text, values) => {
      asked++;
      return world.database.query(text, values);
    },
  };
  const away: Database = { ...world.database, query: () => Promise.reject(new Refusal('unavailable')) };
  const live = { get: () => conversation, acquire: async () => conversation };
  const historyIn = async (database: Database) => {
    const { messages } = await readHistory({ database, live }, id, 'group', { limit: 10 });
    return messages.map((message) => message.id as MessageId | undefined);
  };
  expect(await historyIn(counting)).toEqual([first]);
  expect(asked).toBe(0);
  conversation.accept(early);
  expect(await historyIn(counting)).toEqual([first, lost, last]);
  expect(await historyIn(away)).toEqual([first]);
});

test('LOG-6: a page of the ring decodes what it shows, not all that the ring has', async () => {
  const id = 'c' as ConversationId;
  const entry = (seq: number, event: LogEntry['event'], payload: string): LogEntry => ({
    conversationId: id,
    kind: 'group',
    seq,
    event,
    payload,
  });
  const message = (seq: number) =>
    entry(seq, 'message', JSON.stringify({ seq, message: { id: `m${seq}`, seq, reactions: [] } }));
  const recent = [
    entry(1, 'message', 'never decoded'),
    entry(2, 'reaction', 'neither'),
    message(3),
    message(4),
  ];
  const conversation = liveGroup({ id, firstSeq: 1, lastSeq: 4, recent });
  const live = { get: () => conversation, acquire: async () => conversation };
  const database = { query: () => Promise.reject(new Error('asked')) } as unknown as Database;
  const seqs = async (range: { before?: number; after?: number; limit: number }) => {
    const { messages, has_more } = await readHistory({ database, live }, id, 'group', range);
    return [messages.map(({ seq }) => seq), has_more];
  };
  expect(await seqs({ limit: 1 })).toEqual([[4], true]);
  expect(await seqs({ limit: 2 })).toEqual([[3, 4], true]);
  expect(await seqs({ before: 4, limit: 1 })).toEqual([[3], true]);
  expect(await seqs({ after: 2, limit: 1 })).toEqual([[3], true]);
  expect(await seqs({ after: 3, limit: 1 })).toEqual([[4], false]);
});
