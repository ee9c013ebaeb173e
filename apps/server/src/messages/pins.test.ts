import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type ConversationId, LIMITS, type MessageId, type UserId } from '@tpx/protocol';
import { codeOf, GroupWorld } from '../groups/group-world.fixture.ts';
import { deleteMessage } from './delete-message.ts';
import { listPins, setPinned } from './pins.ts';

let world: GroupWorld;
let owner: UserId;
let admin: UserId;
let user: UserId;

beforeAll(async () => {
  world = await GroupWorld.open();
  [owner, admin, user] = (await world.people(3)) as [UserId, UserId, UserId];
});
afterAll(() => world[Symbol.asyncDispose]());

const newGroup = () => world.group({ owner: [owner], admin: [admin], user: [user] });
const say = (group: ConversationId, count = 1) =>
  world.messages(
    group,
    user,
    Array.from({ length: count }, () => new Date()),
  ) as Promise<MessageId[]>;
const pinned = async (group: ConversationId) =>
  (await listPins(world.database, group, 'group')).map(({ message }) => message.id as MessageId);

test('MSG-10: what was pinned last comes first, with who pinned it', async () => {
  const group = await newGroup();
  const [one, two] = (await say(group, 2)) as [MessageId, MessageId];
  await setPinned(world, owner, one, true);
  await setPinned(world, admin, two, true);
  expect(await pinned(group)).toEqual([two, one]);
  const [newest] = await listPins(world.database, group, 'group');
  expect(newest).toMatchObject({ pinned_by: admin, message: { id: two, group_id: group } });
});

test('MSG-10: a pin leaves a notice; what is as asked already leaves none', async () => {
  const group = await newGroup();
  const [id] = (await say(group)) as [MessageId];
  const before = world.announcer.entries.length;
  await setPinned(world, owner, id, true);
  await setPinned(world, admin, id, true);
  await setPinned(world, admin, id, false);
  await setPinned(world, admin, id, false);
  const notices = world.announcer.entries.slice(before).map(({ payload }) => JSON.parse(payload).message);
  expect(notices.map(({ type, content }) => ({ type, ...content }))).toEqual([
    { type: 'system', event: 'message_pinned', actor_id: owner, message_id: id },
    { type: 'system', event: 'message_unpinned', actor_id: admin, message_id: id },
  ]);
  expect(await pinned(group)).toEqual([]);
});

test('MSG-10: the pin of a deleted message is gone, and it takes none again', async () => {
  const group = await newGroup();
  const [id] = (await say(group)) as [MessageId];
  await setPinned(world, owner, id, true);
  await deleteMessage(world, user, id);
  expect(await pinned(group)).toEqual([]);
  expect(await codeOf(setPinned(world, owner, id, true))).toBe('conflict');
});

test('MSG-10: pins are bounded, and a refused one is not there', async () => {
  const group = await newGroup();
  const ids = await say(group, LIMITS.pinsPerConversation + 1);
  const last = ids.pop() as MessageId;
  for (const id of ids) await setPinned(world, owner, id, true);
  expect(await codeOf(setPinned(world, owner, last, true))).toBe('too_large');
  expect(await pinned(group)).not.toContain(last);
  await setPinned(world, owner, ids[0] as MessageId, false);
  expect(await codeOf(setPinned(world, owner, last, true))).toBe('ok');
});
