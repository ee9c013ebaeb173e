import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type ConversationId, type MessageId, type MessageObject, Refusal, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import { codeOf, GroupWorld } from '../groups/group-world.fixture.ts';
import { deleteMessage } from './delete-message.ts';
import { editMessage } from './edit-message.ts';
import { MessageWriter } from './message-writer.ts';
import { setPinned } from './pins.ts';
import { react } from './react.ts';
import { readLog } from './read-log.ts';
import { loadHistory } from './read-messages.ts';
import { sendMessage } from './send-message.ts';

let world: GroupWorld;
let owner: UserId;
let admin: UserId;
let user: UserId;
let other: UserId;
let stranger: UserId;
let group: ConversationId;

beforeAll(async () => {
  world = await GroupWorld.open();
  [owner, admin, user, other, stranger] = (await world.people(5)) as [UserId, UserId, UserId, UserId, UserId];
  group = await world.group({ owner: [owner], admin: [admin], user: [user, other] });
});
afterAll(() => world[Symbol.asyncDispose]());

async function say(userId: UserId, text: string): Promise<MessageId> {
  const writer = new MessageWriter({ database: world.database, announcer: world.announcer });
  const sender = {
    userId,
    conversationId: group,
    kind: 'group',
    standing: 'user',
    whoCanPost: 'all',
    blocked: false,
    rightsVersion: 0,
  } as const;
  return (await sendMessage(writer, sender, { type: 'text', content: { text } })).id;
}
const now = async (id: MessageId): Promise<MessageObject | undefined> =>
  (await loadHistory(world.database, group, 'group', { limit: 100 })).messages.find(
    (message) => message.id === id,
  );

test('MSG-4: its author edits a message, nobody else does', async () => {
  const id = await say(user, 'helo');
  const edited = await editMessage(world, user, id, { content: { text: 'hello' } });
  expect(edited).toMatchObject({ id, content: { text: 'hello' }, edited_at: expect.any(String) });
  await expect(editMessage(world, owner, id, { content: { text: 'x' } })).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(editMessage(world, stranger, id, { content: { text: 'x' } })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await now(id)).toMatchObject({ content: { text: 'hello' } });
});

test('MSG-20 where only admins may post, a member does not publish by editing either; taking back and reacting stay', async () => {
  const [mine, admins] = [await say(user, 'before'), await say(admin, 'before')];
  const rule = (value: string) =>
    world.database.query('UPDATE groups SET who_can_post = $2 WHERE id = $1', [group, value]);
  await rule('admins');
  try {
    expect(await codeOf(editMessage(world, user, mine, { content: { text: 'an advertisement' } }))).toBe(
      'forbidden',
    );
    expect(await now(mine)).toMatchObject({ content: { text: 'before' }, edited_at: null });
    expect(await codeOf(editMessage(world, admin, admins, { content: { text: 'after' } }))).toBe('ok');
    expect(await codeOf(react(world, user, { id: admins, emoji: '👍', on: true }))).toBe('ok');
    expect(await codeOf(deleteMessage(world, user, mine))).toBe('ok');
  } finally {
    await rule('all');
  }
});

test('LOG-11: a change whose commit Postgres did not answer leaves its log in doubt, and is not announced', async () => {
  const id = await say(user, 'unsure');
  const unsure: Database = {
    ...world.database,
    async transaction(run) {
      await world.database.transaction(run);
      throw new Refusal('unavailable');
    },
  };
  const deps = { database: unsure, announcer: world.announcer };
  const changes = [
    () => editMessage(deps, user, id, { content: { text: 'edited' } }),
    () => react(deps, user, { id, emoji: '👍', on: true }),
    () => setPinned(deps, owner, id, true),
    () => deleteMessage(deps, user, id),
  ];
  for (const change of changes) {
    world.announcer.forget();
    expect(await codeOf(change())).toBe('unavailable');
    expect([world.announcer.doubts, world.announcer.entries]).toEqual([[group], []]);
  }
  world.announcer.forget();
  expect(await codeOf(editMessage(deps, other, id, { content: { text: 'x' } }))).toBe('forbidden');
  expect(world.announcer.doubts).toEqual([]);
});

test('MSG-4: a deleted message is a tombstone that takes nothing more', async () => {
  const id = await say(user, 'secret');
  await react(world, other, { id, emoji: '👍', on: true });
  await deleteMessage(world, user, id);
  expect(await now(id)).toMatchObject({ content: null, reactions: [], mentions: [], deleted: true });
  await expect(editMessage(world, user, id, { content: { text: 'x' } })).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(react(world, user, { id, emoji: '👍', on: true })).rejects.toMatchObject({ code: 'conflict' });
  const entries = world.announcer.entries.length;
  await deleteMessage(world, user, id);
  expect(world.announcer.entries.length).toBe(entries);
  const stored = await world.database.query('SELECT 1 FROM messages WHERE content::text LIKE $1', [
    '%secret%',
  ]);
  expect(stored.length).toBe(0);
});

test('MSG-5: staff delete within the rights table, with a notice and an audit entry', async () => {
  const id = await say(user, 'spam');
  await expect(deleteMessage(world, other, id)).rejects.toMatchObject({ code: 'forbidden' });
  await deleteMessage(world, admin, id);
  const [notice] = (await loadHistory(world.database, group, 'group', { limit: 1 })).messages;
  expect(notice).toMatchObject({
    type: 'system',
    content: { event: 'message_deleted', actor_id: admin, message_id: id },
  });
  const audited = await world.database.query(
    'SELECT action FROM audit_entries WHERE group_id = $1 AND actor_id = $2',
    [group, admin],
  );
  expect(audited.map(({ action }) => action)).toEqual(['delete_other']);
  await expect(deleteMessage(world, admin, await say(owner, 'mine'))).rejects.toMatchObject({
    code: 'forbidden',
  });
});

test('MSG-6: reacting twice is reacting once, and takes one seq', async () => {
  const id = await say(user, 'nice');
  const before = world.announcer.entries.length;
  await react(world, other, { id, emoji: '🎉', on: true });
  await react(world, other, { id, emoji: '🎉', on: true });
  await react(world, owner, { id, emoji: '🎉', on: true });
  await react(world, owner, { id, emoji: '👍', on: false });
  expect(world.announcer.entries.length - before).toBe(2);
  expect((await now(id))?.reactions).toEqual([{ emoji: '🎉', count: 2, user_ids: [other, owner] }]);
  await react(world, other, { id, emoji: '🎉', on: false });
  expect((await now(id))?.reactions).toEqual([{ emoji: '🎉', count: 1, user_ids: [owner] }]);
});

test('LOG-1: messages, edits, deletions, reactions and notices number one log without a gap', async () => {
  const log = [...(await readLog(world.database, group, 0, 200))];
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  expect(new Set(log.map(({ event }) => event))).toEqual(
    new Set(['message', 'edited', 'deleted', 'reaction']),
  );
});

test('LOG-1: changes and messages of one conversation at once leave no gap', async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, (_, index) => say(user, `many ${index}`)));
  await Promise.all([
    ...ids.map((id) => react(world, other, { id, emoji: '👍', on: true })),
    ...ids.map((id) => editMessage(world, user, id, { content: { text: 'edited' } })),
    ...ids.map((_, index) => say(other, `more ${index}`)),
  ]);
  const log = await readLog(world.database, group, 0, 1_000);
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
});

test('MSG-4: a message of another conversation is not there for the one it is asked of', async () => {
  const id = await say(user, 'here');
  const elsewhere = await world.group({ owner: [user] });
  await expect(deleteMessage(world, user, id, elsewhere)).rejects.toMatchObject({ code: 'not_found' });
});
