import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { UserId } from '@tpx/protocol';
import { eventIdIn } from '../fanout/payload-identity.ts';
import { GroupWorld } from '../groups/group-world.fixture.ts';
import { loadLogPlaces } from './event-identity.ts';
import { readLog } from './read-log.ts';

let world: GroupWorld;
let owner: UserId;
beforeAll(async () => {
  world = await GroupWorld.open();
  owner = await world.person();
});
afterAll(() => world[Symbol.asyncDispose]());

test('LOG-14 an event has one identity wherever it is read, also one from before there were any', async () => {
  const id = await world.group({ owner: [owner] });
  await world.messages(id, owner, [new Date(), new Date()]);
  await world.database.query(
    `INSERT INTO changes (conversation_id, seq, event, message_id, message_seq, actor_id, event_id, created_at)
     SELECT $1, n + 2, 'edited', m.id, 1, $2, CASE WHEN n > 1 THEN gen_random_uuid() END, now()
     FROM generate_series(1, 3) n, messages m WHERE m.conversation_id = $1 AND m.seq = 1`,
    [id, owner],
  );
  await world.database.query('UPDATE conversations SET last_seq = 5 WHERE id = $1', [id]);
  const read = async () =>
    (await readLog(world.database, id, 0, 10)).map(({ payload }) => eventIdIn(payload));
  const ids = await read();
  expect(new Set(ids).size).toBe(5);
  expect(ids).not.toContain(undefined);
  await world.database.query(`SET TIME ZONE 'Asia/Tokyo'`);
  expect(await read()).toEqual(ids);
  const places = await loadLogPlaces(
    world.database,
    [1, 2, 3, 4, 5, 6].map((seq) => ({ id, seq })),
  );
  expect(places.map((place) => place?.eventId)).toEqual([...ids, undefined]);
  expect(places[0]).toMatchObject({ firstSeq: 1, lastSeq: 5 });
});
