import { expect, test } from 'bun:test';
import { type ConversationId, encodePayload, LIMITS, type SessionId, type UserId } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import { Presence, type Watcher } from './presence.ts';

const place = { id: 'c' as ConversationId, topic: 'group:c' };
const blocker = 'blocker' as UserId;

type Told = { event: string; payload: Record<string, unknown> };

const tell = (event: string, payload: unknown): Told => ({
  event,
  payload: JSON.parse(encodePayload(payload)) as Told['payload'],
});

/** Rooms as a node has them, with everything that each watcher hears. */
function world(askAll: (presence: Presence) => void = () => undefined) {
  const rooms = new Map<string, Set<Told[]>>();
  const presence: Presence = new Presence({
    nodeId: 'here',
    relay: undefined,
    ask: () => undefined,
    askAll: () => askAll(presence),
    peers: () => [],
    publish: (room, _topic, event, payload) => {
      for (const told of rooms.get(room) ?? []) told.push(tell(event, payload));
    },
  });
  const watcher = (userId: string, hidden: string[] = []) => {
    const told: Told[] = [];
    const self = {
      told,
      userId: userId as UserId,
      deviceId: `${userId}-device` as SessionId,
      hiddenUsers: hidden.length > 0 ? new Set(hidden) : undefined,
      connection: {
        unreadBytes: 0,
        push: (_topic: string, event: string, payload: unknown) => void told.push(tell(event, payload)),
        subscribe: (room: string) => void rooms.set(room, (rooms.get(room) ?? new Set()).add(told)),
        unsubscribe: (room: string) => void rooms.get(room)?.delete(told),
      },
    };
    return self satisfies Watcher;
  };
  return { presence, watcher };
}
const lastOf = (told: Told[], event: string) => told.findLast((one) => one.event === event)?.payload;

test('PRES-5: whom somebody blocks does not see the blocker, in a room that grew and shrank neither', async () => {
  const { presence, watcher } = world();
  const others = Array.from({ length: LIMITS.presenceListMax + 1 }, (_, n) => watcher(`user-${n}`));
  for (const other of others) presence.join(place, other, true);
  presence.join(place, watcher(blocker), true);
  const blocked = watcher('blocked', [blocker]);
  presence.join(place, blocked, true);
  await until(() => lastOf(blocked.told, 'presence_count') !== undefined, { what: 'a count' });
  for (const other of others.slice(0, 10)) presence.leave(place, other);
  await until(() => lastOf(blocked.told, 'presence_state') !== undefined, { what: 'the list' });
  expect(lastOf(blocked.told, 'presence_state')).not.toHaveProperty(blocker);
  expect(lastOf(others.at(-1)?.told ?? [], 'presence_state')).toHaveProperty(blocker);
  presence.close();
});

test('CLU-14 a room whose last person elsewhere has gone is a list again, because that node says that it has nobody', async () => {
  const { presence, watcher } = world((one) => one.setPart(place.id, 'there', undefined));
  const here = Array.from({ length: LIMITS.presenceListMax }, (_, n) => watcher(`user-${n}`));
  for (const one of here) presence.join(place, one, true);
  presence.hear(place.id, 'there', { size: 1, joins: [['far' as UserId, 1, 0, 'device']], leaves: [] });
  const first = here[0]?.told ?? [];
  await until(() => lastOf(first, 'presence_count')?.online === 201, { what: 'the count' });
  presence.hear(place.id, 'there', { size: 0 });
  await until(() => lastOf(first, 'presence_state') !== undefined, { what: 'the list' });
  expect(Object.keys(lastOf(first, 'presence_state') ?? {})).toHaveLength(200);
  presence.close();
});

test('PRES-5: whoever is told apart hears who comes after the room was empty', async () => {
  const { presence, watcher } = world();
  const [first, second] = [watcher('first'), watcher('second')];
  const blocked = watcher('blocked', [blocker]);
  presence.join(place, blocked, false);
  presence.join(place, first, true);
  await until(() => lastOf(blocked.told, 'presence_state') !== undefined, { what: 'the list' });
  presence.leave(place, first);
  await until(() => lastOf(blocked.told, 'presence_diff') !== undefined, { what: 'the leave' });
  presence.join(place, second, true);
  await until(() => JSON.stringify(lastOf(blocked.told, 'presence_diff')).includes('"second"'), {
    what: 'the join',
  });
  presence.close();
});

test('PRES-2: a room whose last device appeared offline is not kept beyond its grace', async () => {
  const { presence, watcher } = world();
  const hidden = watcher('hidden');
  presence.join(place, hidden, false);
  await until(() => lastOf(hidden.told, 'presence_state') !== undefined, { what: 'the list' });
  presence.drop(place, hidden);
  expect(presence.count).toBe(1);
  await until(() => presence.count === 0, { what: 'the end of the grace' });
  presence.close();
}, 20_000);

/** How much of what is counted comes in one turn of the loop at most, until all is there. */
async function mostInOneTurn(count: () => number, all: number): Promise<number> {
  let most = 0;
  for (let before = count(); before < all; ) {
    await new Promise((done) => setImmediate(done));
    const now = count();
    most = Math.max(most, now - before);
    before = now;
  }
  return most;
}

test('PRES-6: whoever comes into many large rooms at once hears of them over several turns of the loop', async () => {
  const { presence, watcher } = world();
  const people = Array.from({ length: LIMITS.presenceListMax - 1 }, (_, n) => watcher(`user-${n}`));
  const places = Array.from({ length: 60 }, (_, n) => ({
    id: `c${n}` as ConversationId,
    topic: `group:c${n}`,
  }));
  for (const place of places) for (const one of people) presence.join(place, one, true);
  await until(() => lastOf(people[0]?.told ?? [], 'presence_state') !== undefined, { what: 'the list' });
  const comer = watcher('comer');
  for (const place of places) presence.join(place, comer, true);
  expect(await mostInOneTurn(() => comer.told.length, places.length)).toBeLessThan(places.length / 2);
  presence.close();
});

test('PRES-6: that somebody leaves many large rooms at once is told over several turns of the loop', async () => {
  const { presence, watcher } = world();
  const people = Array.from({ length: LIMITS.presenceListMax - 1 }, (_, n) => watcher(`user-${n}`));
  const goer = watcher('goer');
  const places = Array.from({ length: 40 }, (_, n) => ({
    id: `c${n}` as ConversationId,
    topic: `group:c${n}`,
  }));
  for (const place of places) for (const one of [...people, goer]) presence.join(place, one, true);
  const heard = (event: string) => (people[0]?.told ?? []).filter((told) => told.event === event).length;
  await until(() => heard('presence_state') === places.length, { what: 'the lists' });
  // Only rooms that have been quiet for a while are all due at the same moment.
  const quietAt = performance.now() + 600;
  await until(() => performance.now() > quietAt, { what: 'the rooms to be quiet' });
  for (const place of places) presence.leave(place, goer);
  const most = await mostInOneTurn(() => heard('presence_diff'), places.length);
  expect(most).toBeLessThan(places.length / 4);
  presence.close();
});

test('PRES-6: whoever has much unread gets the state once it has read, and is told of the room from then on', async () => {
  const { presence, watcher } = world();
  const [first, slow] = [watcher('first'), watcher('slow')];
  slow.connection.unreadBytes = LIMITS.backpressureMaxBytes;
  presence.join(place, slow, true);
  presence.join(place, first, true);
  await until(() => lastOf(first.told, 'presence_state') !== undefined, { what: 'the list' });
  expect(slow.told).toEqual([]);
  slow.connection.unreadBytes = 0;
  await until(() => lastOf(slow.told, 'presence_state') !== undefined, { what: 'the list, later' });
  presence.leave(place, first);
  await until(() => lastOf(slow.told, 'presence_diff') !== undefined, { what: 'the leave' });
  presence.close();
});
