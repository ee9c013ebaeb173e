import { expect, test } from 'bun:test';
import type { ConversationJoined, LogEvent, UserJoined } from '@tpx/protocol';
import { createGroup, type Person, until } from '@tpx/testkit';
import { clientsOfEachTest, joined, ok, text } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

const server = await serverOfThisFile();
const [alice, bob] = await people(server, 'alice', 'bob');
const clients = clientsOfEachTest();
const connect = (person: Person) => clients.connectAs(server, person);
const OTHER = '01890000-0000-7000-8000-000000000000';

type Sent = { message: { id: string; seq: number } };
type Identified = { seq: number; event_id?: string };

/** A group with a message, its edit, a reaction, and a deleted message; and what bob heard of it. */
async function talk() {
  const group = await createGroup(alice, [bob]);
  const topic = `group:${group.id}`;
  const reader = connect(bob).channel(topic, {});
  const heard: Identified[] = [];
  for (const event of ['edited', 'deleted', 'reaction'])
    reader.on(event, (payload) => heard.push(payload as Identified));
  await ok(reader.join());
  const { channel } = await joined(connect(alice), topic);
  const one = await ok<Sent>(channel.push('message', text('one')));
  const two = await ok<Sent>(channel.push('message', text('two')));
  await ok(channel.push('edit', { id: one.message.id, content: { text: 'one, better' } }));
  await ok(channel.push('react', { id: one.message.id, emoji: '👍', on: true }));
  await ok(channel.push('delete', { id: two.message.id }));
  await until(() => heard.length === 3, { what: 'the changes at bob' });
  const { body } = await bob.api.call<{ events: LogEvent[] }>('GET', `/groups/${group.id}/events`);
  return { group, topic, heard, events: body.events };
}

const idOf = (event: LogEvent | undefined) =>
  event?.event === 'message' ? event.payload.message.id : event?.payload.event_id;

test('LOG-14 what is broadcast and what the log has carry the same identity', async () => {
  const { heard, events } = await talk();
  const changes = events.filter(({ event }) => event !== 'message');
  expect(heard.map(({ seq, event_id }) => [seq, event_id])).toEqual(
    changes.map((event) => [event.seq, idOf(event)]),
  );
  expect(new Set(events.map(idOf)).size).toBe(events.length);
});

test('WS-30 a join that holds the same event goes on, one that holds another or more fetches anew', async () => {
  const { topic, events } = await talk();
  const lastSeq = events.at(-1)?.seq ?? 0;
  const join = (payload: object) => ok<ConversationJoined>(connect(bob).channel(topic, payload).join());
  for (const event of events) {
    const same = await join({ last_seq: event.seq, last_id: idOf(event) });
    expect(same.replaced).toBeUndefined();
    expect(same.events.map(({ seq }) => seq)).toEqual(events.slice(event.seq).map(({ seq }) => seq));
    const other = await join({ last_seq: event.seq, last_id: OTHER });
    expect(other).toMatchObject({ replaced: true, last_seq: lastSeq, has_more: false });
    expect(other.events.map(idOf)).toEqual(events.map(idOf));
  }
  expect((await join({ last_seq: lastSeq + 5 })).replaced).toBe(true);
  expect((await join({ last_seq: lastSeq })).replaced).toBeUndefined();
  expect((await join({ last_seq: 0, last_id: null })).replaced).toBeUndefined();
});

test('WS-30 a resume takes a number or a position, and says which history was replaced', async () => {
  const [a, b, c, d] = [await talk(), await talk(), await talk(), await talk()];
  const resume = {
    [a.topic]: a.events.length,
    [b.topic]: { last_seq: 3, last_id: idOf(b.events[2]) },
    [c.topic]: { last_seq: 3, last_id: OTHER },
    [d.topic]: 400,
  };
  const { resumed } = await ok<UserJoined>(connect(bob).channel(`user:${bob.user.id}`, { resume }).join());
  expect(resumed[a.topic]).toEqual({ first_seq: 1, events: [], has_more: false });
  type Page = { events: LogEvent[] };
  const idsOf = (topic: string) => (resumed[topic] as Page).events.map(idOf);
  expect(resumed[b.topic]).not.toHaveProperty('replaced');
  expect(idsOf(b.topic)).toEqual(b.events.slice(3).map(idOf));
  for (const { topic, events } of [c, d]) {
    expect(resumed[topic]).toMatchObject({ first_seq: 1, replaced: true, has_more: false });
    expect(idsOf(topic)).toEqual(events.map(idOf));
  }
});
