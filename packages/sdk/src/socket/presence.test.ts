import { describe, expect, test } from 'bun:test';
import type { PresenceMeta } from '@tpx/protocol';
import { Presence, syncDiff, syncState } from './presence.ts';

const meta = (ref: string): PresenceMeta => ({ phx_ref: ref, online_at: '', device: ref });
const of = (...refs: string[]) => ({ metas: refs.map(meta) });

describe('SDK-8 presence', () => {
  test('SDK-8 a list replaces what was known, and keeps the metas that stay', () => {
    const next = syncState({ ann: of('1', '2'), bob: of('3') }, { ann: of('2', '4'), cid: of('5') });
    expect(next).toEqual({ ann: of('2', '4'), cid: of('5') });
  });

  test('SDK-8 a diff adds and takes away devices; a user is gone with the last one', () => {
    let state = syncDiff({}, { joins: { ann: of('1') }, leaves: {} });
    state = syncDiff(state, { joins: { ann: of('2') }, leaves: {} });
    expect(state).toEqual({ ann: of('1', '2') });
    state = syncDiff(state, { joins: {}, leaves: { ann: of('1') } });
    expect(state).toEqual({ ann: of('2') });
    expect(syncDiff(state, { joins: {}, leaves: { ann: of('2') } })).toEqual({});
  });

  test('SDK-8 a join and a leave of the same user in one diff leave the new device', () => {
    expect(syncDiff({ ann: of('1') }, { joins: { ann: of('2') }, leaves: { ann: of('1') } })).toEqual({
      ann: of('2'),
    });
  });

  test('SDK-8 the leave of somebody unknown changes nothing, and no argument is changed', () => {
    const state = { ann: of('1') };
    syncDiff(state, { joins: { ann: of('2') }, leaves: { zoe: of('9') } });
    expect(state).toEqual({ ann: of('1') });
  });

  test('SDK-8 a diff that comes before its list is applied after it', () => {
    const presence = new Presence();
    presence.diff({ joins: { bob: of('2') }, leaves: {} });
    expect(presence.users).toEqual([]);
    presence.state({ ann: of('1') });
    expect(presence.users.map(({ userId }) => userId)).toEqual(['ann', 'bob']);
    presence.reset();
    presence.diff({ joins: {}, leaves: { bob: of('2') } });
    expect(presence.isOnline('bob')).toBe(true);
    presence.state({ ann: of('1'), bob: of('2') });
    expect(presence.isOnline('bob')).toBe(false);
  });

  test('SDK-8 a count takes the place of the list, and a list that of the count', () => {
    const presence = new Presence();
    presence.state({ ann: of('1') });
    presence.count(900);
    expect([presence.online, presence.users]).toEqual([900, []]);
    presence.state({ ann: of('1') });
    expect(presence.online).toBe(1);
  });
});
