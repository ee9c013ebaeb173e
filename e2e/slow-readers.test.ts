import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type GroupObject, LIMITS } from '@tpx/protocol';
import { createGroup, createPerson, type Person, startServer, type TestServer, until } from '@tpx/testkit';
import { metric } from './cluster.fixture.ts';
import { clientsOfEachTest, joined, ok, text } from './phoenix-client.fixture.ts';
import { OPCODE, RawSocket } from './raw-socket.fixture.ts';
import { expectWell } from './well.fixture.ts';

const READERS = 180;
const STUCK = 20;
/** Connections are theirs in turn: one person may have 64. */
const PEOPLE = 4;
/** 24 MB for each reader: 17 MB more than the kernel takes for one that does not read. */
const MESSAGES = 1_500;
const BURST = 30;
/** Had the node kept all for those who do not read, it would have 340 MB more. */
const GROWS_AT_MOST_BYTES = 150_000_000;

let server: TestServer;
let alice: Person;
let people: Person[];
let group: GroupObject;
beforeAll(async () => {
  // The ring of recent events grows with what is said, not with who reads.
  server = await startServer({ env: { TPX_RECENT_EVENTS_MB: '1' } });
  alice = await createPerson(server, 'alice');
  people = await Promise.all(Array.from({ length: PEOPLE }, () => createPerson(server, 'reader')));
  group = await createGroup(alice, people);
});
afterAll(() => server?.[Symbol.asyncDispose]());
const clients = clientsOfEachTest();

const joinFrame = () => JSON.stringify(['1', '1', `group:${group.id}`, 'phx_join', {}]);
const tokenOf = (index: number) => people[index % PEOPLE]?.tokens.access_token ?? '';
const socketUrl = (index: number) =>
  `${server.url.replace('http', 'ws')}/socket/websocket?vsn=2.0.0&token=${tokenOf(index)}`;

/** Reads, and keeps no more of a frame than its `seq`. */
class Reader {
  readonly seqs: number[] = [];
  hasJoined = false;
  closedWith: number | undefined;
  readonly #socket: WebSocket;

  constructor(index: number) {
    this.#socket = new WebSocket(socketUrl(index));
    this.#socket.onopen = () => this.#socket.send(joinFrame());
    this.#socket.onmessage = ({ data }: { data: string }) => {
      const seq = /^\[null,null,"[^"]*","message",\{"seq":(\d+)/.exec(data.slice(0, 100))?.[1];
      if (seq !== undefined) this.seqs.push(Number(seq));
      else if (data.startsWith('["1","1",')) this.hasJoined = true;
    };
    this.#socket.onclose = ({ code }) => {
      this.closedWith = code;
    };
  }

  close(): void {
    this.#socket.close();
  }
}

async function stuckReader(index: number): Promise<RawSocket> {
  const raw = new RawSocket(server);
  await raw.upgrade(tokenOf(index));
  raw.frame(OPCODE.text, joinFrame());
  await until(() => raw.text.includes('phx_reply'), { what: 'the join' });
  raw.pause();
  return raw;
}

test('WS-20 of 200 readers 20 do not read: they are closed, others miss nothing, memory stays flat', async () => {
  const readers = Array.from({ length: READERS }, (_, index) => new Reader(index));
  await until(() => readers.every(({ hasJoined }) => hasJoined), { what: 'all to have joined' });
  const stuck = await Promise.all(Array.from({ length: STUCK }, (_, index) => stuckReader(index)));
  const { channel } = await joined(clients.connectAs(server, alice), `group:${group.id}`);
  expect(await metric(server, 'tpx_connections')).toBe(READERS + STUCK + 1);
  const resident = () => metric(server, 'process_resident_memory_bytes');
  const before = await resident();
  let most = before;
  const long = text('x'.repeat(LIMITS.messageTextMax));
  for (let sent = BURST; sent <= MESSAGES; sent += BURST) {
    await Promise.all(Array.from({ length: BURST }, () => ok(channel.push('message', long))));
    await until(() => readers.every(({ seqs }) => seqs.length >= sent), { what: `all to have ${sent}` });
    most = Math.max(most, await resident());
  }
  const expected = Array.from({ length: MESSAGES }, (_, n) => group.last_seq + 1 + n);
  for (const { seqs, closedWith } of readers) {
    expect(seqs).toEqual(expected);
    expect(closedWith).toBeUndefined();
  }
  await until(async () => (await metric(server, 'tpx_connections')) === READERS + 1, {
    what: 'those who do not read to be closed',
  });
  expect(most - before).toBeLessThan(GROWS_AT_MOST_BYTES);
  for (const raw of stuck) raw[Symbol.dispose]();
  for (const reader of readers) reader.close();
  await expectWell(server, alice);
}, 120_000);
