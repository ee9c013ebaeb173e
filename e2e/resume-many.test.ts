import { expect, test } from 'bun:test';
import type { UserJoined } from '@tpx/protocol';
import { createGroup, until } from '@tpx/testkit';
import { clientsOfEachTest, framesOf, ok, refused } from './phoenix-client.fixture.ts';
import { people, serverOfThisFile } from './server.fixture.ts';

const GROUPS = 300;
/** Four resumes of all of them, and what their answers list. */
const server = await serverOfThisFile({
  env: { TPX_RATE_LIMITS: `create=${GROUPS}/1s,resume=${4 * GROUPS + 100}/1h` },
});
const [alice, bob] = await people(server, 'alice', 'bob');
const clients = clientsOfEachTest();

test('WS-25 a client comes back with all of its conversations, time and again, and is limited by topic', async () => {
  const topics: string[] = [];
  while (topics.length < GROUPS) {
    const groups = await Promise.all(Array.from({ length: 20 }, () => createGroup(alice)));
    topics.push(...groups.map(({ id }) => `group:${id}`));
  }
  const resume = Object.fromEntries(topics.map((topic) => [topic, 0]));
  const own = `user:${alice.user.id}`;
  for (let times = 0; times < 4; times++) {
    const socket = clients.connectAs(server, alice);
    const frames = framesOf(socket);
    const answer = await ok<UserJoined>(socket.channel(own, { resume }).join());
    expect(Object.values(answer.resumed).filter((page) => 'error' in page)).toEqual([]);
    expect(Object.keys(answer.resumed).toSorted()).toEqual(topics.toSorted());
    const stated = () => frames.filter(({ event }) => event === 'presence_state').length;
    await until(() => stated() === GROUPS, { what: 'who is in each of them' });
    socket.disconnect();
  }
  const refusal = await refused(clients.connectAs(server, alice).channel(own, { resume }).join());
  expect(refusal).toMatchObject({ code: 'rate_limited', retry_after_ms: expect.any(Number) });
  const others = await ok<UserJoined>(
    clients.connectAs(server, bob).channel(`user:${bob.user.id}`, { resume }).join(),
  );
  expect(Object.values(others.resumed).every((page) => 'error' in page)).toBe(true);
}, 60_000);
