import { expect, test } from 'bun:test';
import type { PresenceState, SessionId, UserId } from '@tpx/protocol';
import { encodeDiff, PresenceRoom } from './presence-room.ts';

const alice = 'alice' as UserId;
const bob = 'bob' as UserId;
const phone = '00000000-0000-7000-8000-0000000phone' as SessionId;
const laptop = '00000000-0000-7000-8000-00000laptop' as SessionId;

const stateOf = (room: PresenceRoom, hidden?: ReadonlySet<string>) =>
  JSON.parse(room.state(hidden)) as PresenceState;
const diffOf = (room: PresenceRoom) =>
  JSON.parse(encodeDiff(room.takeDiff())) as { joins: PresenceState; leaves: PresenceState };
const users = (state: object) => Object.keys(state).sort();
const nothing = { joins: {}, leaves: {} };

test('PRES-1: a diff names who came and who went since the last one, a meta a device', () => {
  const room = new PresenceRoom();
  room.join(alice, phone);
  room.join(alice, laptop);
  const { joins, leaves } = diffOf(room);
  expect(joins[alice]?.metas.length).toBe(2);
  expect(leaves).toEqual({});
  room.disconnect(alice, phone);
  room.leaveIfGone(alice, phone);
  const next = diffOf(room);
  expect(next.joins).toEqual({});
  expect(next.leaves[alice]?.metas).toEqual(joins[alice]?.metas.slice(0, 1) ?? []);
  expect(users(stateOf(room))).toEqual([alice]);
});

test('PRES-1: a state that was told grows and shrinks as people and devices come and go', () => {
  const room = new PresenceRoom();
  const people: [UserId, SessionId][] = [
    [alice, phone],
    [bob, phone],
    [alice, laptop],
    ['carol' as UserId, phone],
  ];
  for (const [user, device] of people) {
    room.join(user, device);
    expect(stateOf(room)).toEqual(stateOf(room, new Set()));
  }
  for (const [user, device] of people) {
    room.disconnect(user, device);
    room.leaveIfGone(user, device);
    expect(stateOf(room)).toEqual(stateOf(room, new Set()));
  }
  expect(stateOf(room)).toEqual({});
});

test('PRES-2: a device that is back within its grace never left', () => {
  const room = new PresenceRoom();
  room.join(alice, phone);
  room.takeDiff();
  expect(room.disconnect(alice, phone)).toBe(true);
  room.join(alice, phone);
  expect(room.leaveIfGone(alice, phone)).toBe(false);
  expect(diffOf(room)).toEqual(nothing);
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
  expect(diffOf(room)).toEqual(nothing);
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
  expect(users(stateOf(room, new Set([alice])))).toEqual([bob]);
  expect(users(JSON.parse(encodeDiff(room.takeDiff(), new Set([alice]))).joins)).toEqual([bob]);
});

test('PRES-5: a device that hides is told of as gone, and with a new ref when it shows again', () => {
  const room = new PresenceRoom();
  room.join(alice, phone);
  const { joins } = diffOf(room);
  expect(room.show(alice, phone, false)).toBe(true);
  expect(room.show(alice, phone, false)).toBe(false);
  expect(stateOf(room)).toEqual({});
  expect(diffOf(room)).toEqual({ joins: {}, leaves: joins });
  expect(room.show(alice, phone, true)).toBe(true);
  const again = diffOf(room);
  expect(users(again.joins)).toEqual([alice]);
  expect(again.joins[alice]?.metas[0]?.phx_ref).not.toBe(joins[alice]?.metas[0]?.phx_ref);
});

test('PRES-5: a device that hides and shows again in one diff leaves with the ref that it was told with', () => {
  const room = new PresenceRoom();
  room.join(alice, phone);
  const told = diffOf(room).joins;
  room.show(alice, phone, false);
  room.show(alice, phone, true);
  const { joins, leaves } = diffOf(room);
  expect(leaves).toEqual(told);
  expect(joins).toEqual(stateOf(room));
});

test('PRES-5: a device that hid and shows again has all the connections that it had', () => {
  const room = new PresenceRoom();
  room.join(alice, phone);
  room.join(alice, phone);
  room.show(alice, phone, false);
  room.join(alice, phone, false);
  room.show(alice, phone, true);
  expect(room.disconnect(alice, phone)).toBe(false);
  expect(room.disconnect(alice, phone)).toBe(false);
  expect(room.disconnect(alice, phone)).toBe(true);
});

test('PRES-5: a room in which everybody hides is not forgotten', () => {
  const room = new PresenceRoom();
  room.join(alice, phone, false);
  expect([room.size, room.isEmpty]).toEqual([0, false]);
  room.disconnect(alice, phone);
  expect(room.leaveIfGone(alice, phone)).toBe(false);
  expect(room.isEmpty).toBe(true);
});
