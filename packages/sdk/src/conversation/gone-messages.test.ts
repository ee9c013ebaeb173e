import { expect, test } from 'bun:test';
import { seededRandom, seedOfThisRun } from '@tpx/testkit';
import { MemoryStorage } from '../storage/memory-storage.ts';
import { loadConversations } from './conversation-store.ts';
import { countCommon, GoneMessages } from './gone-messages.ts';
import { messageAt } from './message.fixture.ts';

test('SDK-21 a few questions find where two histories part, wherever that is', async () => {
  const random = seededRandom(seedOfThisRun());
  for (let round = 0; round < 200; round++) {
    const held = Array.from({ length: random.below(600) }, (_, index) => messageAt(index * 2 + 1));
    const common = random.below(held.length + 1);
    let asked = 0;
    const found = await countCommon(held, async ({ seq }) => {
      asked++;
      return seq < common * 2;
    });
    expect(found).toBe(common);
    expect(asked).toBeLessThanOrEqual(10);
  }
});

test('SDK-21 what is gone is bounded, comes back where the server has it after all, and ends with the retention', () => {
  const gone = new GoneMessages(3);
  const at = (seq: number) => messageAt(seq, { created_at: new Date(seq * 1_000).toISOString() });
  gone.add([at(1), at(2), at(3), at(4)], 0);
  expect(gone.all.map(({ message }) => message.seq)).toEqual([2, 3, 4]);
  gone.found([at(3), at(9)]);
  expect(gone.all.map(({ message }) => message.seq)).toEqual([2, 4]);
  expect([gone.dropOlderThan(2_000), gone.dropOlderThan(3_000)]).toEqual([false, true]);
  expect(gone.all.map(({ message }) => message.seq)).toEqual([4]);
});

test('SDK-21 a profile of an earlier version knows which event it holds last where that is a message', async () => {
  const storage = new MemoryStorage();
  const stored = (last_seq: number) => ({ last_seq, messages: [{ message: messageAt(4), asOf: last_seq }] });
  await storage.set('conversation/dm:1', JSON.stringify(stored(4)));
  await storage.set('conversation/dm:2', JSON.stringify(stored(5)));
  const ids = (await loadConversations(storage)).map(({ last_seq, last_id }) => [last_seq, last_id]);
  expect(ids.sort()).toEqual([
    [4, 'm4'],
    [5, undefined],
  ]);
});
