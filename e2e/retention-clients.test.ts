import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Client, type Conversation, MemoryStorage } from '@tpx/sdk';
import { openDatabase } from '@tpx/server/db/bun-database.ts';
import { TEST_PASSWORD, until } from '@tpx/testkit';
import { LongPoll } from 'phoenix';
import { Cluster } from './cluster.fixture.ts';
import { Clients, Heard, ok } from './phoenix-client.fixture.ts';
import { newClient, online, textsOf } from './sdk.fixture.ts';
import { TerminalPerson } from './terminal-person.fixture.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start(2);
}, 120_000);
afterAll(() => cluster[Symbol.asyncDispose](), 60_000);

const OLD = ['old 1', 'old 2', 'old 3'];
const NEW = ['new 1', 'new 2'];

/** Makes all up to `seq` older than the group keeps, and starts a node, which then finds that it is time to delete. */
async function age(groupId: string, seq: number): Promise<void> {
  const database = openDatabase({ url: cluster.postgres.url, connections: 1 });
  try {
    for (const table of ['messages', 'changes'])
      await database.query(
        `UPDATE ${table} SET created_at = created_at - interval '30 days' WHERE conversation_id = $1 AND seq <= $2`,
        [groupId, seq],
      );
    await database.query('UPDATE groups SET messages_retention = 86400 WHERE id = $1', [groupId]);
    await database.query('DELETE FROM job_turns');
  } finally {
    await database.close();
  }
  await cluster.addNode();
}

/** A WebSocket of a client that does not hear what retention removes. */
class DeafWebSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    this.addEventListener('message', (event) => {
      if (String(event.data).includes('"trimmed"')) event.stopImmediatePropagation();
    });
  }
}

async function roomOf(owner: Client, members: readonly Client[]): Promise<[Conversation, Conversation[]]> {
  const group = await owner.createGroup('Room');
  for (const { me } of members) await owner.rest.groups.add(group.id, me.id);
  const theirs = await Promise.all(
    members.map((member) => until(() => member.conversation(group.topic), { what: 'the group at a member' })),
  );
  await Promise.all([group, ...theirs].map((one) => one.ready()));
  return [group, theirs];
}

const stored = async (storage: MemoryStorage, topic: string) =>
  (await storage.get(`conversation/${topic}`)) ?? '';

test('WS-31 SDK-22 what retention removes leaves every client: on all nodes, by long poll, offline ones when they are back', async () => {
  const [storage, offlineStorage] = [new MemoryStorage(), new MemoryStorage()];
  const alice = await newClient(cluster.node(0), 'alice');
  const bob = await newClient(cluster.node(1), 'bob', { storage });
  const carol = await newClient(cluster.node(1), 'carol', { storage: offlineStorage });
  const [mine, [theirs, carols]] = await roomOf(alice, [bob, carol]);
  if (!theirs || !carols) throw new Error('A member has no group.');
  for (const text of OLD) await mine.sendText(`${text} @${bob.me.username}`);
  const answered = await until(() => mine.messages.find(({ type, seq }) => type === 'text' && seq > 0), {
    what: 'a message to answer',
  });
  const first = await until(() => (textsOf(theirs).length === 3 ? textsOf(theirs) : undefined), {
    what: 'the old',
  });
  expect(first).toHaveLength(3);
  const keptFrom = (theirs.lastSeq ?? 0) + 1;
  await mine.sendText(NEW[0] ?? '', { reply_to: answered.id });
  await mine.sendText(NEW[1] ?? '');
  await until(() => mine.outbox.length === 0, { what: 'all to be stored' });
  await alice.rest.messages.pin(answered.id);
  for (const one of [theirs, carols])
    await until(() => textsOf(one).length === 5 && one.messages.at(-1)?.type === 'system', {
      what: 'all at a member',
    });
  expect(theirs.unread).toBeGreaterThan(5);
  await carol.close();
  expect(await stored(offlineStorage, mine.topic)).toContain('old 1');
  using polls = new Clients();
  const { access_token } = await bob.rest.auth.login({
    username: bob.me.username ?? '',
    password: TEST_PASSWORD,
  });
  const channel = polls.connect(cluster.node(0), access_token, { transport: LongPoll }).channel(mine.topic);
  const heard = new Heard(channel, ['trimmed']);
  await ok(channel.join());
  const told: number[] = [];
  bob.events.on('trimmed', ({ firstSeq }) => told.push(firstSeq));

  await age(mine.id, keptFrom - 1);
  for (const one of [mine, theirs])
    await until(() => one.messages[0]?.seq === keptFrom, { what: 'the old to go', timeoutMs: 20_000 });
  expect(await heard.next('trimmed')).toEqual({ first_seq: keptFrom });
  expect(told.at(-1)).toBe(keptFrom);
  expect(textsOf(theirs)).toEqual(NEW);
  expect([theirs.about.first_seq, theirs.unread, theirs.holdsUnread]).toEqual([keptFrom, 3, true]);
  expect(theirs.find(answered.id)).toBeUndefined();
  expect((await bob.rest.messages.pins('group', mine.id)).pins).toEqual([]);
  expect((await bob.rest.messages.search({ q: 'old', group_id: mine.id })).messages).toEqual([]);
  expect(await theirs.loadOlder()).toBe(false);
  expect(textsOf(theirs)).toEqual(NEW);
  await bob.close();
  expect(await stored(storage, mine.topic)).not.toContain('old 1');

  const back = new Client({ serverUrl: cluster.node(0).url, storage: offlineStorage });
  await back.open();
  expect(textsOf(back.conversation(mine.topic) as Conversation)).toHaveLength(5);
  await online(back);
  const again = back.conversation(mine.topic) as Conversation;
  await again.ready();
  expect([textsOf(again), again.unread]).toEqual([NEW, 3]);
  await back.close();
  expect(await stored(offlineStorage, mine.topic)).not.toContain('old 1');
  await alice.close();
}, 120_000);

test('TERM-25 /verify names what is shown and is not in the log any more', async () => {
  await using dora = await new TerminalPerson(cluster.node(0), 'dora', {
    WebSocket: DeafWebSocket as unknown as typeof WebSocket,
  }).register();
  await dora.do('/group create Hall');
  for (const text of OLD) await dora.do(text);
  const last = await dora.holds('old 3');
  await dora.do('new 1');
  await dora.holds('new 1');
  expect(await dora.do<{ differences: unknown[] }>('/verify')).toMatchObject({ differences: [] });
  await age(dora.current?.id ?? '', last.seq);
  const group = dora.current;
  await until(async () => group && (await group.messageAt(last.seq)).message === undefined, {
    what: 'the old to be deleted',
    timeoutMs: 20_000,
  });
  const { rest } = dora.client;
  await until(
    async () => (await rest.messages.history('group', group?.id ?? '', { limit: 1 })).first_seq > last.seq,
    { what: 'the node to learn of it' },
  );
  const { differences } = await dora.do<{ differences: unknown[] }>('/verify');
  expect(differences).toEqual(
    Array.from({ length: last.seq }, (_, index) => index + 1)
      .filter((seq) => dora.current?.messages.some((message) => message.seq === seq))
      .map((seq) => ({ seq, what: 'is shown and not in the log' })),
  );
}, 120_000);
