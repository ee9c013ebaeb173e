import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { ConversationId, MessageId, UserId } from '@tpx/protocol';
import { GroupWorld } from '../groups/group-world.fixture.ts';
import { deleteMessage } from './delete-message.ts';
import { MessageWriter } from './message-writer.ts';
import { searchMessages } from './search.ts';
import { type SendRequest, sendMessage } from './send-message.ts';

let world: GroupWorld;
let alice: UserId;
let bob: UserId;
let shared: ConversationId;
let alices: ConversationId;

beforeAll(async () => {
  world = await GroupWorld.open();
  [alice, bob] = (await world.people(2)) as [UserId, UserId];
  shared = await world.group({ owner: [alice], user: [bob] });
  alices = await world.group({ owner: [alice] });
});
afterAll(() => world[Symbol.asyncDispose]());

async function say(
  conversationId: ConversationId,
  text: string,
  more: Partial<SendRequest> = {},
): Promise<MessageId> {
  const writer = new MessageWriter({ database: world.database, announcer: world.announcer });
  const sender = {
    userId: alice,
    conversationId,
    kind: 'group',
    standing: 'user',
    whoCanPost: 'all',
    blocked: false,
  } as const;
  return (await sendMessage(writer, sender, { type: 'text', content: { text }, ...more } as SendRequest)).id;
}
const search = async (
  userId: UserId,
  q: string,
  more: Partial<Parameters<typeof searchMessages>[2]> = {},
) => {
  const page = await searchMessages(world.database, userId, {
    q,
    conversationId: null,
    before: null,
    limit: 10,
    ...more,
  });
  return { ids: page.messages.map(({ id }) => id as string), next: page.next };
};

test('MSG-7: words, phrases and exclusions find, newest first', async () => {
  const first = await say(shared, 'The quick brown fox');
  const second = await say(shared, 'quick, said the FOX');
  expect((await search(bob, 'fox quick')).ids).toEqual([second, first]);
  expect((await search(bob, '"brown fox"')).ids).toEqual([first]);
  expect((await search(bob, 'fox -brown')).ids).toEqual([second]);
});

test('MSG-7: nobody finds what they may not read', async () => {
  const id = await say(alices, 'private treasure');
  expect((await search(alice, 'treasure')).ids).toEqual([id]);
  expect((await search(bob, 'treasure')).ids).toEqual([]);
  expect((await search(bob, 'treasure', { conversationId: alices })).ids).toEqual([]);
});

test('MSG-7: deleted and encrypted text is not found', async () => {
  const id = await say(shared, 'ephemeral');
  await deleteMessage(world, alice, id);
  await say(shared, 'ciphered', { encryption: { scheme: 'test' } });
  expect((await search(bob, 'ephemeral')).ids).toEqual([]);
  expect((await search(bob, 'ciphered')).ids).toEqual([]);
});

test('MSG-7: pages follow each other without a gap', async () => {
  const sent: string[] = [];
  for (let index = 0; index < 5; index++) sent.unshift(await say(shared, `paging ${index}`));
  const one = await search(bob, 'paging', { limit: 3 });
  const two = await search(bob, 'paging', { limit: 3, before: one.next });
  expect([...one.ids, ...two.ids]).toEqual(sent);
  expect(two.next).toBeNull();
});

test('MSG-7: what looks like SQL or a query operator is just text', async () => {
  for (const q of ["'; DROP TABLE messages; --", '((( & | !', '<-> *', '%', '\\']) {
    expect((await search(bob, q)).ids).toEqual([]);
  }
});
