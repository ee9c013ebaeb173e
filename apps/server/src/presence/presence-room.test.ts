import { expect, test } from 'bun:test';
import type { SessionId, UserId } from '@tpx/protocol';
import { PresenceRoom, withoutUsers } from './presence-room.ts';

const alice = 'alice' as UserId;
const bob = 'bob' as UserId;
const phone = '00000000-0000-7000-8000-0000000phone' as SessionId;
const laptop = '00000000-0000-7000-8000-00000laptop' as SessionId;
const users = (state: object) => Object.keys(state).sort();

test('PRES-1: a diff names who came and who went since the last one, a meta a device', () => {
  const room = new PresenceRoom();
  room.join(alice, phone);
  room.join(alice, laptop);
  const { joins, leaves } = room.takeDiff();
  expect(joins[alice]?.metas.length).toBe(2);
  expect(leaves).toEqual({});
  room.disconnect(alice, phone);
  room.leaveIfGone(alice, phone);
  const next = room.takeDiff();
  expect(next.joins).toEqual({});
  expect(next.leaves[alice]?.metas).toEqual(joins[alice]?.metas.slice(0, 1) ?? []);
  expect(users(room.state())).toEqual([alice]);
});

test('PRES-2: a device that is back within its grace never left', () => {
  const room = new PresenceRoom();
  room.join(alice, phone);
  room.takeDiff();
  expect(room.disconnect(alice, phone)).toBe(true);
  room.join(alice, phone);
  expect(room.leaveIfGone(alice, phone)).toBe(false);
  expect(room.takeDiff()).toEqual({ joins: {}, leaves: {} });
});

test('PRES-2: a device with two connections stays until the last has gone', () => {
  const room = new PresenceRoom();
  room.join(alice, phone);
  room.join(alice, phone);
  expect(room.disconnect(alice, phone)).toBe(false);
  expect(room.disconnect(alice, phone)).toBe(true);
});

test('PRES-3: who came and went between two diffs is in neither', () => {
  const room = new PresenceRoom();
  room.join(bob, phone);
  room.disconnect(bob, phone);
  room.leaveIfGone(bob, phone);
  expect(room.takeDiff()).toEqual({ joins: {}, leaves: {} });
  expect(room.size).toBe(0);
});

test('PRES-4: a room is a list up to 200 people, a count above', () => {
  const room = new PresenceRoom();
  for (let index = 0; index < 200; index++) room.join(`user${index}` as UserId, phone);
  expect(room.isList).toBe(true);
  room.join(bob, phone);
  expect(room.isList).toBe(false);
});

test('PRES-5: the blocked do not see whoever blocks them', () => {
  const room = new PresenceRoom();
  room.join(alice, phone);
  room.join(bob, laptop);
  expect(users(withoutUsers(room.state(), new Set([alice])))).toEqual([bob]);
});
