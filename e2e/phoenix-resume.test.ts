import { expect, test } from 'bun:test';
import type { LogEvent, MessageObject, SignalEvents, UserJoined } from '@tpx/protocol';
import { createDm, createGroup, type Person, until } from '@tpx/testkit';
import { clientsOfEachTest, framesOf, joined, ok, text } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

type PresenceDiff = SignalEvents['presence_diff'];

const server = await serverOfThisFile();
const [alice, bob, carol] = await people(server, 'alice', 'bob', 'carol');
const clients = clientsOfEachTest();
const connect = (person: Person) => clients.connectAs(server, person);

/** Frames one by one, for what the official client would not send. */
class PlainSocket implements Disposable {
  readonly opened: Promise<unknown>;
  readonly #socket: WebSocket;
  readonly #events: string[] = [];

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.opened = new Promise((resolve) => this.#socket.addEventListener('open', resolve));
    this.#socket.addEventListener('message', ({ data }) => this.#events.push(JSON.parse(String(data))[3]));
  }

  send(frame: unknown[]): void {
    this.#socket.send(JSON.stringify(frame));
  }

  replies(event: string): number {
    return this.#events.filter((heard) => heard === event).length;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

test('WS-19 user: with resume gives what was missed and joins without a further frame', async () => {
  const group = await createGroup(alice, [bob]);
  const dm = await createDm(alice, bob);
  const strange = await createGroup(carol);
  const topic = `group:${group.id}`;
  const { channel } = await joined(connect(alice), topic);
  await ok(channel.push('message', text('missed 1')));
  await ok(channel.push('message', text(`missed 2 @${bob.username}`)));
  const socket = connect(bob);
  const frames = framesOf(socket);
  const resume = { [topic]: group.last_seq, [`dm:${dm.id}`]: 0, [`group:${strange.id}`]: 0, junk: 3 };
  const answer = await ok<UserJoined>(socket.channel(`user:${bob.user.id}`, { resume }).join());
  const own = answer.conversations.find((conversation) => conversation.topic === topic);
  expect(own).toMatchObject({ last_seq: group.last_seq + 2, mention_count: 1 });
  const caughtUp = answer.resumed[topic] as { events: LogEvent[]; has_more: boolean };
  expect(caughtUp.events.map(({ seq }) => seq)).toEqual([group.last_seq + 1, group.last_seq + 2]);
  expect(answer.resumed[`dm:${dm.id}`]).toEqual({ first_seq: 1, events: [], has_more: false });
  expect(answer.resumed[`group:${strange.id}`]).toMatchObject({ error: { code: 'not_member' } });
  expect(answer.resumed.junk).toMatchObject({ error: { code: 'not_found' } });
  await ok(channel.push('message', text('live')));
  await until(() => frames.some((frame) => frame.topic === topic && frame.event === 'message'), {
    what: 'a message of the resumed topic',
  });
});

test('WS-19 REST-11 pages of long messages are cut short, and lead on to the rest', async () => {
  const group = await createGroup(alice);
  const topic = `group:${group.id}`;
  const { channel } = await joined(connect(alice), topic);
  const long = 'x'.repeat(16_000);
  await Promise.all(Array.from({ length: 60 }, () => ok(channel.push('message', text(long)))));
  let lastSeq = group.last_seq;
  const sizes: number[] = [];
  for (let more = true; more; ) {
    const { response } = await joined(connect(alice), topic, { last_seq: lastSeq });
    expect(response.events.map(({ seq }) => seq)).toEqual(response.events.map((_, n) => lastSeq + 1 + n));
    expect(JSON.stringify(response.events).length).toBeLessThan(300_000);
    sizes.push(response.events.length);
    lastSeq = response.events.at(-1)?.seq ?? lastSeq;
    more = response.has_more;
  }
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(60);
  expect(sizes.length).toBeGreaterThan(2);
  const page = await ok<{ messages: MessageObject[]; has_more: boolean }>(
    channel.push('history', { limit: 100 }),
  );
  expect(page.has_more).toBe(true);
  expect(page.messages.at(-1)?.seq).toBe(lastSeq);
  expect(page.messages.length).toBeWithin(20, 40);
  // REST-11: the log by REST in pages of the same size.
  const log = await alice.api.call<{ events: LogEvent[]; has_more: boolean }>(
    'GET',
    `/groups/${group.id}/events`,
  );
  expect([log.body.has_more, log.body.events[0]?.seq]).toEqual([true, 1]);
  expect(log.body.events.length).toBeWithin(10, 20);
  const after = { after: group.last_seq, limit: 100 };
  const forward = await ok<typeof page>(channel.push('history', after));
  expect([forward.has_more, forward.messages[0]?.seq]).toEqual([true, group.last_seq + 1]);
});

test('WS-6 a join and a resume of one topic at once leave one channel, and it can be left', async () => {
  const group = await createGroup(alice, [bob]);
  const topic = `group:${group.id}`;
  const watching = await joined(connect(alice), topic);
  const url = `${server.url.replace('http', 'ws')}/socket/websocket?vsn=2.0.0&token=${bob.tokens.access_token}`;
  using socket = new PlainSocket(url);
  await socket.opened;
  socket.send(['1', '1', topic, 'phx_join', {}]);
  socket.send(['2', '2', `user:${bob.user.id}`, 'phx_join', { resume: { [topic]: 0 } }]);
  await until(() => socket.replies('phx_reply') === 2 && socket.replies('phx_close') === 1, {
    what: 'both joins, and the end of one of them',
  });
  await until(
    () => watching.heard.of<PresenceDiff>('presence_diff').some(({ joins }) => joins[bob.user.id]),
    {
      what: 'bob to come',
    },
  );
  const leftAt = performance.now();
  socket.send([null, '3', topic, 'phx_leave', {}]);
  await until(
    () => watching.heard.of<PresenceDiff>('presence_diff').some(({ leaves }) => leaves[bob.user.id]),
    {
      what: 'bob to leave',
    },
  );
  expect(performance.now() - leftAt).toBeLessThan(2_000);
});
