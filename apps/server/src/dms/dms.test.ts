import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { type ConversationId, RATE_LIMITS, type UserId } from '@tpx/protocol';
import { loadConversationObject } from '../groups/conversation-object.ts';
import { codeOf, GroupWorld } from '../groups/group-world.fixture.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';
import { deleteMessage } from '../messages/delete-message.ts';
import { editMessage } from '../messages/edit-message.ts';
import { MessageWriter } from '../messages/message-writer.ts';
import { react } from '../messages/react.ts';
import { sendMessage } from '../messages/send-message.ts';
import { loadDm } from './dm-object.ts';
import { type DmPlace, listDms } from './list-dms.ts';
import { openDm } from './open-dm.ts';

let world: GroupWorld;
let ann: UserId;
let bob: UserId;

beforeAll(async () => {
  world = await GroupWorld.open(20);
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  [ann, bob] = (await world.people(2)) as [UserId, UserId];
  world.announcer.forget();
});

test('DM-1 two people have one DM, whoever opens it', async () => {
  const first = await openDm(world, { actorId: ann, userId: bob });
  expect(first.created).toBe(true);
  const second = await openDm(world, { actorId: bob, userId: ann });
  expect(second).toEqual({ dm: first.dm, created: false });
  expect(await loadDm(world.database, first.dm.id as ConversationId)).toEqual(first.dm);
});

test('DM-3 the smaller id is user_a; both are members and hear of it', async () => {
  const { dm } = await openDm(world, { actorId: bob, userId: ann });
  expect([dm.user_a, dm.user_b]).toEqual([ann, bob].toSorted());
  expect(dm).toMatchObject({ first_seq: 1, last_seq: 0, last_message_at: null });
  const members = await world.rows(
    'SELECT user_id, role FROM members WHERE conversation_id = $1 ORDER BY user_id',
    [dm.id],
  );
  expect(members).toMatchObject([
    { user_id: dm.user_a, role: 'user' },
    { user_id: dm.user_b, role: 'user' },
  ]);
  expect(world.announcer.signals).toMatchObject([
    { userId: dm.user_a, event: 'conversation_added', payload: { conversation: { kind: 'dm', id: dm.id } } },
    { userId: dm.user_b, event: 'conversation_added', payload: { conversation: { kind: 'dm', id: dm.id } } },
  ]);
  expect(world.announcer.changes).toMatchObject([
    { userId: dm.user_a, kind: 'dm', standing: 'user' },
    { userId: dm.user_b, kind: 'dm', standing: 'user' },
  ]);
  expect(await loadConversationObject(world.database, dm.id as ConversationId, ann)).toEqual({
    kind: 'dm',
    ...dm,
  });
});

test('DM-1 twenty who open it at once get the same one, and one of them made it', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      openDm(world, index % 2 ? { actorId: ann, userId: bob } : { actorId: bob, userId: ann }),
    ),
  );
  expect(new Set(outcomes.map(({ dm }) => dm.id)).size).toBe(1);
  expect(outcomes.filter(({ created }) => created)).toHaveLength(1);
  expect(world.announcer.signals).toHaveLength(2);
  const orphans = await world.rows(
    `SELECT 1 FROM conversations c WHERE kind = 'dm' AND NOT EXISTS (SELECT 1 FROM dms d WHERE d.id = c.id)`,
  );
  expect(orphans).toEqual([]);
});

test('DM-1 with oneself it is invalid, with nobody or a deleted account not_found', async () => {
  expect(await codeOf(openDm(world, { actorId: ann, userId: ann }))).toBe('invalid');
  expect(await codeOf(openDm(world, { actorId: ann, userId: Bun.randomUUIDv7() as UserId }))).toBe(
    'not_found',
  );
  await world.database.query('UPDATE users SET deleted_at = now() WHERE id = $1', [bob]);
  expect(await codeOf(openDm(world, { actorId: ann, userId: bob }))).toBe('not_found');
});

test('DM-2 the blocked cannot open the DM, an existing one neither; the blocker can', async () => {
  await world.database.query('INSERT INTO blocks (user_id, blocked_id) VALUES ($1, $2)', [bob, ann]);
  expect(await codeOf(openDm(world, { actorId: ann, userId: bob }))).toBe('blocked');
  expect(await codeOf(openDm(world, { actorId: bob, userId: ann }))).toBe('ok');
  expect(await codeOf(openDm(world, { actorId: ann, userId: bob }))).toBe('blocked');
});

test('DM-2 the blocked neither edit nor react in the DM; what is theirs they may take back', async () => {
  const { dm } = await openDm(world, { actorId: ann, userId: bob });
  const conversationId = dm.id as ConversationId;
  const writer = new MessageWriter({ database: world.database, announcer: world.announcer });
  const rights = { standing: 'user', whoCanPost: 'all', blocked: false, rightsVersion: 0 } as const;
  const sender = { ...rights, userId: ann, conversationId, kind: 'dm' } as const;
  const { id } = await sendMessage(writer, sender, { type: 'text', content: { text: 'hello' } });
  await react(world, ann, { id, emoji: '👍', on: true });
  await world.database.query('INSERT INTO blocks (user_id, blocked_id) VALUES ($1, $2)', [bob, ann]);
  expect(await codeOf(editMessage(world, ann, id, { content: { text: 'and another thing' } }))).toBe(
    'blocked',
  );
  expect(await codeOf(react(world, ann, { id, emoji: '👎', on: true }))).toBe('blocked');
  expect(await codeOf(react(world, bob, { id, emoji: '👎', on: true }))).toBe('ok');
  expect(await codeOf(react(world, ann, { id, emoji: '👍', on: false }))).toBe('ok');
  expect(await codeOf(deleteMessage(world, ann, id))).toBe('ok');
});

test('DM-4 the list has the latest message first, each DM once, page by page', async () => {
  const others = await world.people(5);
  const ids: string[] = [];
  for (const userId of others) ids.push((await openDm(world, { actorId: ann, userId })).dm.id);
  await openDm(world, { actorId: bob, userId: others[0] as UserId });
  // Two share a millisecond, so the id has to decide; one has no message and counts from its opening, now.
  const times = ['2020-01-02', '2020-01-01', '2020-01-02', '2020-01-03'];
  for (const [index, time] of times.entries()) {
    await world.database.query('UPDATE conversations SET last_message_at = $2 WHERE id = $1', [
      ids[index],
      new Date(time),
    ]);
  }
  const seen: string[] = [];
  let after: DmPlace | undefined;
  do {
    const page = await listDms(world, { userId: ann, after, limit: 1 });
    seen.push(...page.items.map((dm) => dm.id));
    after = page.next ?? undefined;
  } while (after);
  const [a, b, c, d, e] = ids;
  expect(seen).toEqual([e, d, c, a, b] as string[]);
});

test('DM-5 only making a DM counts against the limit', async () => {
  const limited = {
    ...world,
    database: world.database,
    announcer: world.announcer,
    limiter: new RateLimiter({
      ...RATE_LIMITS,
      create: { burst: 1, perSecond: 0.001 },
    }),
  };
  const [carol] = (await world.people(1)) as [UserId];
  expect(await codeOf(openDm(limited, { actorId: ann, userId: bob }))).toBe('ok');
  expect(await codeOf(openDm(limited, { actorId: ann, userId: bob }))).toBe('ok');
  expect(await codeOf(openDm(limited, { actorId: ann, userId: carol }))).toBe('rate_limited');
});
