import { expect, test } from 'bun:test';
import type { Queries } from '../db/database.ts';
import { eraseConversation } from './delete-group.ts';
import { GroupWorld } from './group-world.fixture.ts';

test('GRP-8 a log of any length is removed, in parts that each leave time to spare', async () => {
  await using world = await GroupWorld.open();
  const owner = await world.person();
  const groupId = await world.group({ owner: [owner] });
  await world.messages(groupId, owner, Array<Date>(45_000).fill(new Date()));
  const parts: number[] = [];
  await world.database.transaction(async (tx) => {
    const left = async () => {
      const [row] = await tx.query<{ count: number }>(
        'SELECT count(*)::integer AS count FROM messages WHERE conversation_id = $1',
        [groupId],
      );
      return row?.count ?? 0;
    };
    const watched: Queries = {
      async query<Row extends object>(text: string, values?: readonly unknown[]) {
        const before = await left();
        const rows = await tx.query<Row>(text, values);
        parts.push(before - (await left()));
        return rows;
      },
    };
    await eraseConversation(watched, groupId);
  });
  expect(parts.filter((removed) => removed > 0)).toEqual([20_000, 20_000, 5_000]);
  expect(await world.rows('SELECT 1 FROM conversations WHERE id = $1', [groupId])).toEqual([]);
}, 30_000);
