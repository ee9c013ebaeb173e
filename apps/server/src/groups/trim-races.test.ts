import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { ConversationId, MessageId, UserId } from '@tpx/protocol';
import { ALONE } from '../fanout/live-conversation.fixture.ts';
import { LiveConversations } from '../fanout/live-conversations.ts';
import { loadConversationStates } from '../messages/conversation-state.ts';
import { deleteMessage } from '../messages/delete-message.ts';
import { editMessage } from '../messages/edit-message.ts';
import { MessageWriter } from '../messages/message-writer.ts';
import { react } from '../messages/react.ts';
import { readLog } from '../messages/read-log.ts';
import { codeOf, GroupWorld } from './group-world.fixture.ts';
import { trimLogs } from './trim-logs.ts';

/** So far ahead that every message is too old the moment it is there. */
const LATER = new Date('2100-01-01T00:00:00Z');
const SENDS = 200;

let world: GroupWorld;
let owner: UserId;
beforeAll(async () => {
  world = await GroupWorld.open();
  owner = await world.person();
});
afterAll(() => world[Symbol.asyncDispose]());

async function fleetingGroup(): Promise<ConversationId> {
  const groupId = await world.group({ owner: [owner] });
  await world.database.query('UPDATE groups SET messages_retention = 60 WHERE id = $1', [groupId]);
  return groupId;
}

/** A node's live side, fed by what is announced. */
function node() {
  const published: number[] = [];
  const live = new LiveConversations({
    doubtHistory: () => undefined,
    ...ALONE,
    loadStates: (ids) => loadConversationStates(world.database, ids),
    readLog: (id, after, limit) => readLog(world.database, id, after, limit),
    publish: (_conversation, { seq }) => published.push(seq),
  });
  world.announcer.logged = (entry) => live.offer(entry);
  world.announcer.changed = (change) => {
    if (change.type === 'log_trimmed')
      live.whenLive(change.conversationId, (conversation) => conversation.trimTo(change.firstSeq));
  };
  return { live, published };
}

test('GRP-9 retention that races those who write takes whole events, and readers miss none', async () => {
  const groupId = await fleetingGroup();
  const { live, published } = node();
  const conversation = await live.acquire(groupId);
  const writer = new MessageWriter({ database: world.database, announcer: world.announcer });
  const outcomes: string[] = [];
  const write = async (n: number) => {
    const { id, seq } = await writer.append({
      id: Bun.randomUUIDv7() as MessageId,
      conversationId: groupId,
      kind: 'group',
      senderId: owner,
      clientId: null,
      type: 'text',
      content: { text: `m${n}` },
      encryption: null,
      replyTo: null,
      mentionedNames: [],
      rightsVersion: null,
    });
    const changes = await Promise.all([
      codeOf(editMessage(world, owner, id, { content: { text: 'x' } })),
      codeOf(react(world, owner, { id, emoji: '👍', on: true })),
      codeOf(deleteMessage(world, owner, id)),
    ]);
    outcomes.push(...changes);
    return seq;
  };
  let writing = true;
  const trimming = (async () => {
    let removed = 0;
    while (writing) removed += await trimLogs(world, LATER);
    return removed;
  })();
  const seqs = await Promise.all(Array.from({ length: SENDS }, (_, n) => write(n)));
  writing = false;
  expect(await trimming).toBeGreaterThan(0);
  await trimLogs(world, LATER);

  expect(new Set(seqs).size).toBe(SENDS);
  // What was changed was there, or had just been taken.
  expect(outcomes.filter((code) => !['ok', 'not_found', 'conflict'].includes(code))).toEqual([]);
  const [row] = await world.rows('SELECT first_seq, last_seq FROM conversations WHERE id = $1', [groupId]);
  const lastSeq = Number(row?.last_seq);
  expect(Number(row?.first_seq)).toBe(lastSeq + 1);
  expect(published).toEqual(Array.from({ length: lastSeq }, (_, n) => n + 1));
  expect([conversation.firstSeq, conversation.lastSeq, conversation.hasGap]).toEqual([
    lastSeq + 1,
    lastSeq,
    false,
  ]);
  expect(conversation.ring.all()).toEqual([]);
  const left = await world.rows('SELECT 1 FROM reactions WHERE conversation_id = $1', [groupId]);
  expect(left).toEqual([]);
}, 30_000);
