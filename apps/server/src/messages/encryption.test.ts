import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type ConversationId, LIMITS, type LogEvents, type MessageId, type UserId } from '@tpx/protocol';
import { GroupWorld } from '../groups/group-world.fixture.ts';
import { deleteMessage } from './delete-message.ts';
import { editMessage } from './edit-message.ts';
import { MessageWriter } from './message-writer.ts';
import { readLog } from './read-log.ts';
import { loadMessage } from './read-messages.ts';
import { type SendRequest, sendMessage } from './send-message.ts';
import { WordIndex } from './word-index.ts';

let world: GroupWorld;
let alice: UserId;
let groupId: ConversationId;
beforeAll(async () => {
  world = await GroupWorld.open();
  alice = await world.person('alice');
  groupId = await world.group({ owner: [alice] });
});
afterAll(() => world[Symbol.asyncDispose]());

async function send(request: Omit<SendRequest, 'type'>) {
  const writer = new MessageWriter({ database: world.database, announcer: world.announcer });
  const rights = { standing: 'owner', whoCanPost: 'all', blocked: false, rightsVersion: 0 } as const;
  const sender = { ...rights, userId: alice, conversationId: groupId, kind: 'group' } as const;
  return sendMessage(writer, sender, { type: 'text', ...request } as SendRequest);
}
const stored = (seq: number) => loadMessage(world.database, groupId, 'group', seq);

/** Base64 of what a JSON column would have changed, and of bytes that are no text. */
const OPAQUE = [
  btoa('{"n":1234567890123456789,"b":1,"a":1e308,"__proto__":{"x":1}}'),
  Buffer.from([0, 255, 254, 128, 10]).toString('base64'),
  'A'.repeat(LIMITS.encryptionMax),
];

test('REQ-9 what is encrypted comes back byte for byte: alone, in a batch, from the log, to its sender', async () => {
  for (const encryption of OPAQUE) {
    const sent = await send({ content: null, encryption });
    expect(sent.message.toJSON()).toMatchObject({ content: null, encryption });
    expect(await stored(sent.seq)).toMatchObject({ content: null, encryption });
    const [entry] = await readLog(world.database, groupId, sent.seq - 1, 1);
    expect((JSON.parse(entry?.payload ?? '') as LogEvents['message']).message).toMatchObject({ encryption });
  }
  const batch = await Promise.all(OPAQUE.map((encryption) => send({ content: null, encryption })));
  for (const [index, { seq }] of batch.entries())
    expect((await stored(seq)).encryption).toBe(OPAQUE[index] ?? '');
});

test('REQ-9 content beside encryption is stored nowhere, and not indexed', async () => {
  const { id, seq } = await send({ content: { text: 'plaintext @alice' }, encryption: 'AAAA' });
  expect(await stored(seq)).toMatchObject({ content: null, encryption: 'AAAA', mentions: [] });
  await editMessage(world, alice, id, { content: { text: 'plaintext' }, encryption: 'BBBB' });
  expect(await stored(seq)).toMatchObject({ content: null, encryption: 'BBBB' });
  const words = new WordIndex(world.database);
  words.note(groupId);
  await words.pass();
  expect(
    await world.rows('SELECT 1 FROM message_words WHERE conversation_id = $1 AND seq = $2', [groupId, seq]),
  ).toEqual([]);
  const everything = await world.rows(
    'SELECT m::text AS row FROM messages m WHERE conversation_id = $1 AND seq = $2',
    [groupId, seq],
  );
  expect(JSON.stringify(everything)).not.toContain('plaintext');
});

test('REQ-9 an edit turns plain into encrypted and back; a deletion takes both', async () => {
  const { id, seq } = await send({ content: { text: 'plain' } });
  await editMessage(world, alice, id, { encryption: 'AAAA' });
  expect(await stored(seq)).toMatchObject({ content: null, encryption: 'AAAA' });
  await editMessage(world, alice, id, { content: { text: 'plain again' } });
  expect(await stored(seq)).toMatchObject({ content: { text: 'plain again' }, encryption: null });
  await editMessage(world, alice, id, { encryption: 'AAAA' });
  await deleteMessage(world, alice, id);
  expect(
    await world.rows('SELECT content, encryption, encryption_base64 FROM messages WHERE id = $1', [id]),
  ).toEqual([{ content: null, encryption: null, encryption_base64: null }]);
});

test('REQ-9 objects of before are read as the base64 of their JSON, and edited and deleted like others', async () => {
  const [id, other] = (await world.messages(groupId, alice, [new Date(), new Date()])) as [
    MessageId,
    MessageId,
  ];
  await world.database.query(`UPDATE messages SET encryption = $2::text::jsonb WHERE id = ANY ($1::uuid[])`, [
    [id, other],
    JSON.stringify({ scheme: 'x', key: 'k'.repeat(200) }),
  ]);
  const [row] = await world.rows('SELECT seq FROM messages WHERE id = $1', [id]);
  const message = await stored(Number(row?.seq));
  expect(message.content).toBeNull();
  expect(message.encryption).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  expect(JSON.parse(atob(message.encryption ?? ''))).toEqual({ scheme: 'x', key: 'k'.repeat(200) });
  await editMessage(world, alice, id, { content: { text: 'readable' } });
  expect(await stored(Number(row?.seq))).toMatchObject({ content: { text: 'readable' }, encryption: null });
  await deleteMessage(world, alice, other);
  expect(await world.rows('SELECT encryption FROM messages WHERE id = $1', [other])).toEqual([
    { encryption: null },
  ]);
});
