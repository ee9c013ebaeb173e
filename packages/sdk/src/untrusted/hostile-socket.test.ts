import { afterEach, describe, expect, test } from 'bun:test';
import { until } from '@tpx/testkit';
import { Client } from '../client/client.ts';
import { messageAt } from '../conversation/message.fixture.ts';
import { MemoryStorage } from '../storage/memory-storage.ts';
import { NetworkError } from '../trouble.ts';
import { TAKEN } from './limits.ts';

const id = '01900000-0000-7000-8000-000000000001';
const topic = `dm:${id}`;
const me = {
  id,
  username: 'ann',
  pin: null,
  display_name: 'Ann',
  photo: null,
  background: null,
  status: { state: 'online', text: '' },
  public_key: null,
  created_at: '',
  updated_at: '',
  blocked_users: [],
};
const dm = { id, user_a: id, user_b: id, first_seq: 1, last_seq: 0, last_message_at: null };
const summary = { topic, last_seq: 0, my_read_seq: 0, mention_count: 0 };
const joined = {
  conversation: { kind: 'dm', ...dm },
  first_seq: 1,
  last_seq: 0,
  events: [],
  has_more: false,
  my_read_seq: 0,
};

type Frame = [string | null, string | null, string, string, unknown];
type Answers = { user?: unknown; dm?: unknown; rest?: unknown };
let stop: () => Promise<unknown> = async () => undefined;
afterEach(() => stop());

/** A signed-in client of a server that answers the joins as it is instructed; `send` broadcasts. */
async function meet({
  user = { conversations: [summary], resumed: {} },
  dm: dmJoin = joined,
  rest,
}: Answers = {}) {
  let link: Bun.ServerWebSocket<unknown> | undefined;
  const server = Bun.serve({
    port: 0,
    fetch(request, bun) {
      const { pathname } = new URL(request.url);
      if (bun.upgrade(request)) return undefined;
      if (pathname === '/auth/login')
        return Response.json({ user: me, access_token: 'a', refresh_token: 'r', expires_in: 600 });
      if (pathname === '/users/me') return Response.json({ user: me });
      if (pathname === '/groups') return Response.json({ groups: [], cursor: null });
      if (pathname === '/dms') return Response.json({ dms: [dm], cursor: null });
      return Response.json(rest ?? { events: [], messages: [], has_more: false, first_seq: 1, last_seq: 0 });
    },
    websocket: {
      maxPayloadLength: 1_000_000,
      backpressureLimit: 1_000_000_000,
      open(socket) {
        link = socket;
      },
      message(socket, text) {
        const [joinRef, ref, to, event] = JSON.parse(String(text)) as Frame;
        if (ref === null) return;
        const response = event === 'heartbeat' ? {} : to.startsWith('user:') ? user : dmJoin;
        socket.send(JSON.stringify([joinRef, ref, to, 'phx_reply', { status: 'ok', response }]));
      },
    },
  });
  const client = new Client({ serverUrl: `http://127.0.0.1:${server.port}`, storage: new MemoryStorage() });
  stop = async () => {
    await client.close();
    await server.stop(true);
  };
  const reasons: string[] = [];
  client.events.on('connection', (connection) => {
    if (connection.state === 'waiting') reasons.push(connection.why);
  });
  await client.login({ username: 'ann', password: 'x' });
  client.connect();
  return {
    client,
    reasons,
    send: (event: string, payload: unknown, to = topic) =>
      link?.send(JSON.stringify([null, null, to, event, payload])),
    raw: (text: string) => link?.send(text),
  };
}

const NONSENSE: unknown[] = [null, 5, 'text', [], {}, { a: { b: {} } }, [[[]]], true];

describe('SDK-18 a hostile or broken server on the socket', () => {
  for (const [what, user] of [
    ...NONSENSE.map((one) => [JSON.stringify(one), one ?? 0] as const),
    ['conversations of another kind', { conversations: { length: 3 }, resumed: {} }],
    ['a seq beyond what is exact', { conversations: [{ ...summary, last_seq: 1e300 }], resumed: {} }],
    ['a negative seq', { conversations: [{ ...summary, last_seq: -1 }], resumed: {} }],
    [
      'resumed events of another kind',
      { conversations: [summary], resumed: { [topic]: { events: 5, has_more: true } } },
    ],
  ] as const)
    test(`SDK-18 the first join answered with ${what}: a sentence, and another attempt`, async () => {
      const { reasons } = await meet({ user });
      await until(() => reasons.length > 0, { what: 'the reason' });
      expect(reasons[0]).toMatch(/is not what a TPX server answers/);
    });

  for (const [what, answer] of [
    ...NONSENSE.map((one) => [JSON.stringify(one), one ?? 0] as const),
    ['events that are no list', { ...joined, events: {} }],
    ['a conversation without a kind', { ...joined, conversation: dm }],
  ] as const)
    test(`SDK-18 a conversation's join answered with ${what}: it is tried again, and nothing breaks`, async () => {
      const { client } = await meet({ dm: answer });
      await until(() => client.conversations.length > 0 && client.connection.state === 'online', {
        what: 'the rest',
      });
      expect(client.conversations[0]?.lastSeq).toBeUndefined();
    });

  test('SDK-18 broadcasts of another form than their name promises are passed over', async () => {
    const { client, send, raw } = await meet();
    const conversation = await until(() => client.conversations.find((one) => one.joined), {
      what: 'the DM',
    });
    await until(() => conversation.lastSeq === 0, { what: 'the beginning of the log' });
    const events = [
      'message',
      'edited',
      'deleted',
      'reaction',
      'typing',
      'receipts',
      'ping',
      'presence_state',
    ];
    for (const event of [
      ...events,
      'presence_diff',
      'presence_count',
      'what is new',
      '__proto__',
      'toString',
    ])
      for (const payload of [
        ...NONSENSE,
        { seq: 1 },
        { seq: 1, message: null },
        { seq: '1', id },
        { receipts: [null] },
      ])
        send(event, payload);
    const userEvents = [
      'conversation_added',
      'conversation_removed',
      'receipt_summary',
      'media_ready',
      'password_guessed',
      'read_marker',
      'ping',
    ];
    for (const event of userEvents) for (const payload of NONSENSE) send(event, payload, `user:${id}`);
    for (const text of [
      '',
      '[',
      'null',
      '5',
      '[1,2,3,4,5]',
      `[null,null,"${topic}","phx_reply",null]`,
      '['.repeat(50_000),
    ])
      raw(text);
    send('message', {
      seq: 1,
      message: { ...messageAt(1), sender_id: 'bob', conversation_id: id, dm_id: id },
    });
    await until(() => conversation.messages.length > 0, { what: 'what is in order' });
    expect(conversation.messages.map(({ seq }) => seq)).toEqual([1]);
  });

  test('SDK-18 a frame beyond the limit ends the connection for good, in a sentence', async () => {
    const { client, raw } = await meet();
    await until(() => client.connection.state === 'online', { what: 'the connection' });
    let refused: Error | undefined;
    client.events.on('refused', ({ error }) => {
      refused = error;
    });
    raw(JSON.stringify([null, null, topic, 'message', 'x'.repeat(TAKEN.frameMaxLength)]));
    await until(() => refused, { what: 'the refusal' });
    expect(refused).toBeInstanceOf(NetworkError);
    expect(refused?.message).toMatch(/frame of more than 16 MiB/);
    expect(client.connection.state).toBe('offline');
  });

  test('SDK-18 people who never end are not kept without end', async () => {
    const { client, send } = await meet();
    const conversation = await until(() => client.conversations.find((one) => one.joined), {
      what: 'the DM',
    });
    await until(() => conversation.lastSeq === 0, { what: 'the beginning of the log' });
    const people = Array.from({ length: 3 * TAKEN.peoplePerRoomMax }, (_, number) => `person ${number}`);
    const metas = [{ phx_ref: 'a', online_at: '', device: '' }];
    // Before the list that they change, and after it.
    for (const person of people) send('presence_diff', { joins: { [person]: { metas } }, leaves: {} });
    send('presence_state', {});
    for (const person of people) send('presence_diff', { joins: { [person]: { metas } }, leaves: {} });
    for (const user_id of people) send('typing', { user_id, on: true });
    send('receipts', { receipts: people.map((user_id) => ({ user_id, delivered_seq: 1, read_seq: 0 })) });
    send('message', { seq: 1, message: { ...messageAt(1), conversation_id: id, dm_id: id } });
    const message = await until(() => conversation.messages[0], { what: 'what comes after all of it' });
    expect(conversation.onlineCount).toBeLessThanOrEqual(TAKEN.peoplePerRoomMax);
    expect(conversation.typingUserIds.length).toBeLessThanOrEqual(TAKEN.peoplePerRoomMax);
    expect(conversation.link.receipts.toStore().length).toBeLessThanOrEqual(TAKEN.peoplePerRoomMax);
    expect(message.seq).toBe(1);
  });

  test('SDK-18 a log that says more and gives nothing is not asked for without a pause', async () => {
    let asked = 0;
    const { client } = await meet({
      user: { conversations: [{ ...summary, last_seq: 9 }], resumed: {} },
      dm: { ...joined, last_seq: 9 },
      rest: {
        get messages() {
          asked++;
          return [];
        },
        events: [],
        has_more: true,
        first_seq: 1,
        last_seq: 9,
      },
    });
    await until(() => asked >= 2, { what: 'the second time' });
    const before = asked;
    await Bun.sleep(300);
    expect(asked - before).toBeLessThanOrEqual(3);
    expect(client.connection.state).toBe('online');
  });
});
