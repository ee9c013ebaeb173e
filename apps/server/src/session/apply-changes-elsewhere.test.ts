import { expect, test } from 'bun:test';
import { type ConversationId, Refusal, type SessionId, type Standing, type UserId } from '@tpx/protocol';
import { until } from '@tpx/testkit';
import type { ConversationChannel } from '../channels/channel.ts';
import { applyChangeElsewhere, type ElsewhereDeps } from './apply-changes-elsewhere.ts';
import { Session } from './session.ts';
import { SessionRegistry } from './session-registry.ts';

const userId = '0199aaaa-0000-7000-8000-000000000001' as UserId;
const conversationId = '0199aaaa-0000-7000-8000-000000000002' as ConversationId;
const place = { conversationId, kind: 'group' } as const;

/** A user who is connected and has joined a group, and a PostgreSQL that answers or is away. */
function world(standing: Standing) {
  const state = { isAway: false, stored: standing, reads: 0, closed: [] as string[] };
  const sessions = new SessionRegistry();
  const connection = { push: () => undefined, close: (reason: string) => state.closed.push(reason) };
  const handlers = { leave: () => undefined };
  const session = new Session(
    { channels: handlers, onUnexpected: () => undefined } as unknown as ConstructorParameters<
      typeof Session
    >[0],
    userId,
    'device' as SessionId,
    connection as unknown as Session['connection'],
  );
  const channel = { kind: 'conversation', topic: `group:${conversationId}`, joinRef: null, standing };
  session.channels.add(channel as ConversationChannel);
  sessions.add(session);
  const answer = <T>(value: T) =>
    state.isAway ? Promise.reject(new Refusal('unavailable')) : Promise.resolve(value);
  const deps = {
    sessions,
    forgetSession: (id: string) => state.closed.push(`forgotten ${id}`),
    readStanding: () => {
      state.reads++;
      return answer(state.stored);
    },
    confirms: async () => state.stored === 'none',
  } as unknown as ElsewhereDeps;
  const announce = (standing: Standing) =>
    applyChangeElsewhere(deps, { type: 'standing', ...place, userId, standing, reason: 'role' });
  return { state, channel, session, sessions, deps, announce };
}

test('CLU-42 a standing is what PostgreSQL says, whatever was announced', async () => {
  const { state, channel, session, announce } = world('user');
  await announce('banned');
  expect([channel.standing, session.channels.size]).toEqual(['user', 1]);
  state.stored = 'admin';
  await announce('user');
  expect(channel.standing).toBe('admin');
});

test('CLU-42 while PostgreSQL is away what takes rights counts and what gives some waits until it answers', async () => {
  const { state, channel, announce } = world('user');
  state.isAway = true;
  const giving = announce('admin');
  await until(() => state.reads > 1, { what: 'it to be read again' });
  expect(channel.standing).toBe('user');
  state.stored = 'admin';
  state.isAway = false;
  await giving;
  expect(channel.standing).toBe('admin');

  state.isAway = true;
  const taking = announce('user');
  await until(() => channel.standing === 'user', { what: 'the right to be taken' });
  // It was an old line: they are an admin.
  state.isAway = false;
  await taking;
  expect(channel.standing).toBe('admin');
});

test('CLU-42 anyone who is out does not wait, and nobody reads for them any more', async () => {
  const { state, session, announce } = world('user');
  state.isAway = true;
  await announce('banned');
  expect([session.channels.size, state.reads]).toEqual([0, 1]);
});

test('CLU-42 a revocation that PostgreSQL does not have signs nobody out', async () => {
  const { state, deps } = world('user');
  const revoked = { type: 'session_revoked', sessionId: 'device' as SessionId, userId } as const;
  await applyChangeElsewhere(deps, revoked);
  expect(state.closed).toEqual([]);
  state.stored = 'none';
  await applyChangeElsewhere(deps, revoked);
  expect(state.closed).toEqual(['forgotten device', 'session_revoked']);
});
