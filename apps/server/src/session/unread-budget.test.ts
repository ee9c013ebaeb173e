import { expect, test } from 'bun:test';
import type { CloseName, SessionId, UserId } from '@tpx/protocol';
import type { Connection } from '../fanout/connection.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';
import { SessionOpener } from './open-session.ts';
import { SessionRegistry } from './session-registry.ts';
import { UnreadBudget } from './unread-budget.ts';

const channels = {
  join: async () => undefined,
  leave: () => undefined,
  push: () => ({}),
  dropped: () => undefined,
};

function world() {
  const registry = new SessionRegistry();
  const opener = new SessionOpener({
    channels,
    registry,
    limiter: new RateLimiter(undefined),
    onClosed: () => undefined,
    onUnexpected: (error) => {
      throw error;
    },
  });
  const closed: string[] = [];
  const open = (userId: string, unreadBytes: number) => {
    const connection: Connection = {
      unreadBytes,
      reply: () => undefined,
      push: () => undefined,
      subscribe: () => undefined,
      unsubscribe: () => undefined,
      publishToOthers: () => undefined,
      close: (name: CloseName) => {
        closed.push(`${userId} ${unreadBytes} ${name}`);
        opener.closed(session);
      },
    };
    const caller = { userId: userId as UserId, sessionId: `device of ${userId}` as SessionId };
    opener.makeRoomFor(caller.userId);
    const session = opener.open(caller, connection);
  };
  return { registry, closed, open };
}

test('WS-23 past the budget those furthest behind are closed, until three quarters are left', () => {
  const { registry, closed, open } = world();
  for (const [userId, unread] of [
    ['alice', 10],
    ['bob', 400],
    ['bob', 300],
    ['carla', 350],
    ['dora', 0],
  ] as const)
    open(userId, unread);
  const reports: number[] = [];
  const budget = new UnreadBudget({
    sessions: registry,
    maxBytes: 1_000,
    residentBytes: () => 1e9,
    onClosed: (bytes) => reports.push(bytes),
  });
  budget.check();
  expect(closed).toEqual(['bob 400 slow_reader']);
  expect(reports).toEqual([400]);
  expect(budget.unreadBytes).toBe(660);
  budget.check();
  expect(closed).toHaveLength(1);
});

test('WS-23 what grows without the process growing is looked at after ten checks', () => {
  const { registry, closed, open } = world();
  const budget = new UnreadBudget({
    sessions: registry,
    maxBytes: 1_000,
    residentBytes: () => 1e9,
    onClosed: () => undefined,
  });
  budget.check();
  open('alice', 2_000);
  for (let checks = 0; checks < 9; checks++) budget.check();
  expect(closed).toEqual([]);
  budget.check();
  expect(closed).toEqual(['alice 2000 slow_reader']);
});

test('WS-22 one person has 64 connections; one more closes the furthest behind, or is refused', () => {
  const { registry, closed, open } = world();
  for (let n = 0; n < 63; n++) open('alice', 0);
  open('alice', 5);
  expect(registry.countOf('alice' as UserId)).toBe(64);
  open('alice', 0);
  expect(closed).toEqual(['alice 5 slow_reader']);
  expect(() => open('alice', 0)).toThrow('You have 64 connections');
  open('bob', 0);
  expect(registry.count).toBe(65);
});
