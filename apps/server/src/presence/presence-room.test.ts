import { expect, test } from 'bun:test';
import type { PresenceState, SessionId, UserId } from '@tpx/protocol';
import { encodeDiff } from './encode-presence.ts';
import { PresenceRoom } from './presence-room.ts';

const here = { nodeId: 'here', prefix: 'here' };
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
  const room = new PresenceRoom(here);
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

test('PRES-1: a state grows and shrinks as people and devices come and go', () => {
  const room = new PresenceRoom(here);
  const there = () => Object.values(stateOf(room)).flatMap(({ metas }) => metas.map(({ device }) => device));
  const people: [UserId, SessionId][] = [
    [alice, phone],
    [bob, phone],
    [alice, laptop],
    ['carol' as UserId, phone],
  ];
  for (const [index, [user, device]] of people.entries()) {
    room.join(user, device);
    expect(there()).toHaveLength(index + 1);
    expect(stateOf(room)).toHaveProperty(user);
  }
  for (const [index, [user, device]] of people.entries()) {
    room.disconnect(user, device);
    room.leaveIfGone(user, device);
    expect(there()).toHaveLength(people.length - index - 1);
  }
  expect(stateOf(room)).toEqual({});
});

test('PRES-2: a device that is back within its grace never left', () => {
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  room.takeDiff();
  expect(room.disconnect(alice, phone)).toBe(true);
  room.join(alice, phone);
  expect(room.leaveIfGone(alice, phone)).toBe(false);
  expect(diffOf(room)).toEqual(nothing);
});

test('PRES-5: who is back within the grace and appears offline since is not shown', () => {
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  const told = diffOf(room).joins;
  room.disconnect(alice, phone);
  room.join(alice, phone, false);
  expect(stateOf(room)).toEqual({});
  expect(diffOf(room)).toEqual({ joins: {}, leaves: told });
  expect(room.disconnect(alice, phone)).toBe(true);
});

test('PRES-2: a device with two connections stays until the last has gone', () => {
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  room.join(alice, phone);
  expect(room.disconnect(alice, phone)).toBe(false);
  expect(room.disconnect(alice, phone)).toBe(true);
});

test('PRES-3: who came and went between two diffs is in neither', () => {
  const room = new PresenceRoom(here);
  room.join(bob, phone);
  room.disconnect(bob, phone);
  room.leaveIfGone(bob, phone);
  expect(diffOf(room)).toEqual(nothing);
  expect(room.size).toBe(0);
});

test('PRES-4: a room is a list up to 200 people, a count above', () => {
  const room = new PresenceRoom(here);
  for (let index = 0; index < 200; index++) room.join(`user${index}` as UserId, phone);
  expect(room.isList).toBe(true);
  room.join(bob, phone);
  expect(room.isList).toBe(false);
});

test('PRES-5: the blocked do not see whoever blocks them', () => {
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  room.join(bob, laptop);
  expect(users(stateOf(room, new Set([alice])))).toEqual([bob]);
  expect(users(JSON.parse(encodeDiff(room.takeDiff(), new Set([alice]))).joins)).toEqual([bob]);
});

test('PRES-5: a device that hides is told of as gone, and with a new ref when it shows again', () => {
  const room = new PresenceRoom(here);
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
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  const told = diffOf(room).joins;
  room.show(alice, phone, false);
  room.show(alice, phone, true);
  const { joins, leaves } = diffOf(room);
  expect(leaves).toEqual(told);
  expect(joins).toEqual(stateOf(room));
});

test('PRES-5: a device that hid and shows again has all the connections that it had', () => {
  const room = new PresenceRoom(here);
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
  const room = new PresenceRoom(here);
  room.join(alice, phone, false);
  expect([room.size, room.isEmpty]).toEqual([0, false]);
  room.disconnect(alice, phone);
  expect(room.leaveIfGone(alice, phone)).toBe(false);
  expect(room.isEmpty).toBe(true);
});

const there = { nodeId: 'there', prefix: 'there' };
const far = { nodeId: 'far', prefix: 'far' };
const entryOf = (userId: string, ref: number) => [userId as UserId, ref, 0, 'tabletop'] as const;
const crowd = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => entryOf(`user-${from + n}`, from + n));

test('CLU-12: people of other nodes are in the state and the diffs, a person of two nodes once with both devices', () => {
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  room.takeDiff();
  expect(room.hear(there, { size: 2, joins: [entryOf(alice, 1), entryOf(bob, 2)], leaves: [] })).toBe(true);
  expect([users(stateOf(room)), room.size]).toEqual([[alice, bob], 2]);
  expect(stateOf(room)[alice]?.metas.map(({ device }) => device)).toEqual(['000phone', 'tabletop']);
  expect(users(diffOf(room).joins)).toEqual([alice, bob]);
  expect(room.hear(there, { size: 1, joins: [], leaves: [[alice, 1]] })).toBe(true);
  expect(diffOf(room).leaves[alice]?.metas).toMatchObject([{ phx_ref: 'there1' }]);
  expect(users(stateOf(room))).toEqual([alice, bob]);
});

test('CLU-12: only what is new of this node is told to others', () => {
  const room = new PresenceRoom(here);
  room.hear(there, { size: 1, joins: [entryOf(bob, 1)], leaves: [] });
  expect(room.newsOf(room.takeDiff())).toBeUndefined();
  room.join(alice, phone);
  const came = room.newsOf(room.takeDiff());
  const [entry] = came?.joins ?? [];
  expect(came).toMatchObject({ size: 1, leaves: [] });
  expect(entry?.[0]).toBe(alice);
  room.disconnect(alice, phone);
  room.leaveIfGone(alice, phone);
  expect(room.newsOf(room.takeDiff())).toEqual({ size: 0, joins: [], leaves: [[alice, entry?.[1] ?? -1]] });
});

test('CLU-12: what is told twice or of nobody changes nothing', () => {
  const room = new PresenceRoom(here);
  room.hear(there, { size: 1, joins: [entryOf(bob, 1)], leaves: [] });
  room.takeDiff();
  expect(room.hear(there, { size: 1, joins: [entryOf(bob, 1)], leaves: [[alice, 7]] })).toBe(false);
  expect(room.setPart(there, { size: 1, entries: [entryOf(bob, 1)] })).toBe(false);
  expect(diffOf(room)).toEqual(nothing);
});

test('CLU-13: an answer replaces what was known of that node, and nothing of the others', () => {
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  room.hear(there, { size: 2, joins: [entryOf('old', 1), entryOf('stays', 2)], leaves: [] });
  room.hear(far, { size: 1, joins: [entryOf('distant', 1)], leaves: [] });
  room.takeDiff();
  expect(room.setPart(there, { size: 2, entries: [entryOf('stays', 2), entryOf('new', 3)] })).toBe(true);
  const { joins, leaves } = diffOf(room);
  expect([users(joins), users(leaves)]).toEqual([['new'], ['old']]);
  expect(users(stateOf(room))).toEqual([alice, 'distant', 'new', 'stays'].sort());
  expect(room.setPart(there)).toBe(true);
  expect(users(stateOf(room))).toEqual([alice, 'distant']);
});

test('CLU-14: a room that is too large with the people of other nodes is a count, and no longer knows who they are', () => {
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  room.hear(there, { size: 150, joins: crowd(150), leaves: [] });
  expect([room.isList, room.size]).toEqual([true, 151]);
  room.hear(far, { size: 100, joins: crowd(100, 150), leaves: [] });
  expect([room.isList, room.size]).toEqual([false, 251]);
  expect(users(stateOf(room))).toEqual([alice]);
  room.join(bob, phone);
  expect(room.newsOf(room.takeDiff())).toEqual({ size: 2 });
  room.hear(far, { size: 120 });
  expect([room.size, room.wantsLists]).toEqual([272, false]);
  room.setPart(there);
  expect(room.size).toBe(122);
});

test('CLU-14: it is a list again once it is small enough and every node has said who is there', () => {
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  room.hear(there, { size: 150 });
  room.hear(far, { size: 100 });
  room.hear(there, { size: 20 });
  expect([room.isList, room.wantsLists, room.size]).toEqual([false, true, 121]);
  room.setPart(there, { size: 20, entries: crowd(20) });
  expect(room.isList).toBe(false);
  // What that node tells next makes its list old.
  room.hear(there, { size: 21 });
  room.setPart(far, { size: 100, entries: crowd(100, 150) });
  expect(room.isList).toBe(false);
  expect(room.setPart(there, { size: 21, entries: crowd(21) })).toBe(true);
  expect([room.isList, room.size, users(stateOf(room)).length]).toEqual([true, 122, 122]);
});

test('CLU-13: an answer leaves out whoever is still to be told of, and may be gone before that', () => {
  const room = new PresenceRoom(here);
  room.join(alice, phone);
  room.takeDiff();
  room.join(bob, phone);
  expect(room.part()?.entries?.map(([userId]) => userId)).toEqual([alice]);
  expect(room.part(true)?.entries?.map(([userId]) => userId)).toEqual([alice, bob]);
  room.takeDiff();
  expect(room.part()?.entries?.map(([userId]) => userId)).toEqual([alice, bob]);
});

test('CLU-14: of a large part another node gets the number alone, unless it asks for everybody', () => {
  const room = new PresenceRoom(here);
  expect(room.part()).toBeUndefined();
  for (let n = 0; n < 201; n++) room.join(`user-${n}` as UserId, phone);
  expect(room.part()).toEqual({ size: 201 });
  expect(room.part(true)?.entries).toHaveLength(201);
});
