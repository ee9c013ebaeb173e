import { expect, test } from 'bun:test';
import { type ConversationId, LIMITS, type SessionId, type UserId } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import { Presence, type Watcher } from './presence.ts';

const place = { id: 'c' as ConversationId, topic: 'group:c' };
const blocker = 'blocker' as UserId;

type Told = { event: string; payload: Record<string, unknown> };

/** Rooms as a node has them, with everything that each watcher hears. */
function world() {
  const rooms = new Map<string, Set<Told[]>>();
  const presence = new Presence({
    publish: (room, _topic, event, payload) => {
      for (const told of rooms.get(room) ?? []) told.push({ event, payload: payload as Told['payload'] });
    },
  });
  const watcher = (userId: string, hidden: string[] = []): Watcher & { told: Told[] } => {
    const told: Told[] = [];
    return {
      told,
      userId: userId as UserId,
      deviceId: `${userId}-device` as SessionId,
      hiddenUsers: hidden.length > 0 ? new Set(hidden) : undefined,
      connection: {
        push: (_topic, event, payload) =>
          told.push({ event, payload: JSON.parse(JSON.stringify(payload)) as Told['payload'] }),
        subscribe: (room) => rooms.set(room, (rooms.get(room) ?? new Set()).add(told)),
        unsubscribe: (room) => rooms.get(room)?.delete(told),
      },
    };
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
