import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type ConversationId, type MessageId, Refusal, type UserId } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import { GroupWorld } from '../groups/group-world.fixture.ts';
import type { Draft } from './append.ts';
import { MessageWriter } from './message-writer.ts';

let world: GroupWorld;
let alice: UserId;
let bob: UserId;
let group: ConversationId;

beforeAll(async () => {
  world = await GroupWorld.open();
  alice = await world.person('alice');
  bob = await world.person('bob');
  group = await world.group({ owner: [alice], user: [bob] });
});
afterAll(() => world[Symbol.asyncDispose]());

const draft = (text: string, more: Partial<Draft> = {}): Draft => ({
  id: Bun.randomUUIDv7() as MessageId,
  conversationId: group,
  kind: 'group',
  senderId: alice,
  clientId: null,
  type: 'text',
  content: { text },
  encryption: null,
  replyTo: null,
  mentionedNames: [],
  rightsVersion: null,
  ...more,
});
const writer = () => new MessageWriter({ database: world.database, announcer: world.announcer });

test('LOG-2: messages of one batch take the next seqs in the order in which they came', async () => {
  const one = writer();
  const sent = await Promise.all(
    Array.from({ length: 50 }, (_, index) => one.append(draft(`batch ${index}`))),
  );
  const seqs = sent.map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 50 }, (_, index) => (seqs[0] ?? 0) + index));
});

test('LOG-2: writers of several nodes leave no gap and no duplicate', async () => {
  const writers = Array.from({ length: 4 }, writer);
  const [before] = await world.database.query<{ last_seq: string }>(
    'SELECT last_seq FROM conversations WHERE id = $1',
    [group],
  );
  const sent = await Promise.all(
    writers.flatMap((one) => Array.from({ length: 50 }, (_, index) => one.append(draft(`${index}`)))),
  );
  const seqs = sent.map(({ seq }) => seq).sort((a, b) => a - b);
  expect(seqs).toEqual(Array.from({ length: 200 }, (_, index) => Number(before?.last_seq) + 1 + index));
});

test('MSG-1: the same client_id gives the first message, in one batch, later, and on another node', async () => {
  const one = writer();
  const twice = await Promise.all([
    one.append(draft('once', { clientId: 'c1' })),
    one.append(draft('again', { clientId: 'c1' })),
  ]);
  const later = await one.append(draft('later', { clientId: 'c1' }));
  const elsewhere = await writer().append(draft('elsewhere', { clientId: 'c1' }));
  const all = [...twice, later, elsewhere];
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expect(all.map(({ duplicate }) => duplicate)).toEqual([false, true, true, true]);
  expect(later.message.toJSON()).toMatchObject({ content: { text: 'once' } });
});

test('MSG-1: one client_id of two nodes at once is stored once', async () => {
  const sent = await Promise.all(
    Array.from({ length: 8 }, () => writer().append(draft('race', { clientId: 'race' }))),
  );
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  expect(sent.filter(({ duplicate }) => !duplicate).length).toBe(1);
});

test('LOG-4: what was stored but never announced goes out when it is sent again', async () => {
  const deaf = {
    logged: () => undefined,
    inDoubt: () => undefined,
    changed: () => undefined,
    signalUser: () => undefined,
  };
  const doubtful = new MessageWriter({ database: world.database, announcer: deaf });
  const first = await doubtful.append(draft('in doubt', { clientId: 'doubt' }));
  const again = await writer().append(draft('in doubt', { clientId: 'doubt' }));
  expect(again).toMatchObject({ seq: first.seq, duplicate: true });
  const entry = world.announcer.entries.find(({ seq }) => seq === first.seq);
  expect(JSON.parse(entry?.payload ?? '{}')).toEqual({ seq: first.seq, message: again.message.toJSON() });
});

test('LOG-11: of what Postgres did not answer, and may have stored, the announcer is told', async () => {
  const answerless: Database = {
    ...world.database,
    query: async (text, values) => {
      await world.database.query(text, values);
      throw new Refusal('unavailable');
    },
  };
  world.announcer.forget();
  const one = new MessageWriter({ database: answerless, announcer: world.announcer });
  const sent = await Promise.allSettled([one.append(draft('lost answer')), one.append(draft('and another'))]);
  expect(sent).toMatchObject([{ reason: { code: 'unavailable' } }, { reason: { code: 'unavailable' } }]);
  expect(world.announcer.doubts).toContain(group);
  expect(world.announcer.entries).toEqual([]);
});

test('MSG-1: two senders may use the same client_id', async () => {
  const one = writer();
  const [mine, theirs] = await Promise.all([
    one.append(draft('mine', { clientId: 'same' })),
    one.append(draft('theirs', { clientId: 'same', senderId: bob })),
  ]);
  expect(mine.id).not.toBe(theirs.id);
});

test('MSG-3: a reply to what is not in the conversation is refused, the rest of its batch is stored', async () => {
  const one = writer();
  const first = await one.append(draft('first'));
  const [reply, stray, last] = await Promise.allSettled([
    one.append(draft('reply', { replyTo: first.id })),
    one.append(draft('stray', { replyTo: Bun.randomUUIDv7() })),
    one.append(draft('last')),
  ]);
  expect(reply).toMatchObject({ status: 'fulfilled', value: { seq: first.seq + 1 } });
  expect(stray).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } });
  expect(last).toMatchObject({ status: 'fulfilled', value: { seq: first.seq + 2 } });
});

test('MSG-2: names of members become mentions that are unread until they are read', async () => {
  const [name] = await world.database.query<{ username: string }>(
    'SELECT username FROM users WHERE id = $1',
    [bob],
  );
  const sent = await writer().append(
    draft('hello', { mentionedNames: [name?.username ?? '', 'nobody-here'] }),
  );
  expect(sent.message).toMatchObject({ json: expect.stringContaining(`"mentions":["${bob}"]`) });
  const unread = await world.database.query('SELECT 1 FROM unread_mentions WHERE user_id = $1 AND seq = $2', [
    bob,
    sent.seq,
  ]);
  expect(unread.length).toBe(1);
});

test('LOG-4: one bad row refuses itself and nothing else', async () => {
  const one = writer();
  const [good, bad] = await Promise.allSettled([
    one.append(draft('good')),
    one.append(draft('bad', { id: 'no uuid' as MessageId })),
  ]);
  expect(good.status).toBe('fulfilled');
  expect(bad.status).toBe('rejected');
});

test('LOG-4: a message to a conversation that is gone is refused', async () => {
  const gone = writer().append(draft('hello', { conversationId: Bun.randomUUIDv7() as ConversationId }));
  await expect(gone).rejects.toMatchObject({ code: 'not_found' });
});
