import { expect, test } from 'bun:test';
import { type MessageId, Refusal } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
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
