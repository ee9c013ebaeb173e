import type { PresenceMeta, PresenceState } from '@tpx/protocol';
import { TAKEN } from '../untrusted/limits.ts';

export type PresenceDiff = { joins: PresenceState; leaves: PresenceState };

/**
 * Phoenix's algorithm (phoenix.js, Presence): the whole list replaces what was known. Metas that stay are kept in their
 * order, new ones come after them.
 */
export function syncState(current: PresenceState, next: PresenceState): PresenceState {
  const joins: PresenceState = {};
  const leaves: PresenceState = {};
  for (const [key, presence] of Object.entries(current)) {
    const kept = refsOf(next[key]);
    const left = presence.metas.filter((meta) => !kept.has(meta.phx_ref));
    if (left.length > 0) leaves[key] = { metas: left };
  }
  for (const [key, presence] of Object.entries(next)) {
    const known = refsOf(current[key]);
    const joined = presence.metas.filter((meta) => !known.has(meta.phx_ref));
    if (joined.length > 0) joins[key] = { metas: joined };
  }
  return syncDiff(current, { joins, leaves });
}

/** Joins before leaves, so that a device that reconnected (one meta out, one in) never counts as away in between. */
export function syncDiff(current: PresenceState, { joins, leaves }: PresenceDiff): PresenceState {
  const state: PresenceState = { ...current };
  for (const [key, joined] of Object.entries(joins)) {
    const refs = refsOf(joined);
    const kept = (state[key]?.metas ?? []).filter((meta) => !refs.has(meta.phx_ref));
    state[key] = { metas: [...kept, ...joined.metas] };
  }
  for (const [key, left] of Object.entries(leaves)) {
    const refs = refsOf(left);
    const metas = (state[key]?.metas ?? []).filter((meta) => !refs.has(meta.phx_ref));
    if (metas.length > 0) state[key] = { metas };
    else delete state[key];
  }
  return state;
}

function refsOf(presence: { metas: PresenceMeta[] } | undefined): Set<string> {
  return new Set(presence?.metas.map((meta) => meta.phx_ref));
}

export type OnlineUser = { userId: string; devices: PresenceMeta[] };

/** Who is in one room. In a large room the server sends only how many. */
export class Presence {
  #state: PresenceState = {};
  #synced = false;
  #early: PresenceDiff[] = [];
  #count: number | undefined;

  state(state: PresenceState): void {
    this.#state = this.#early.reduce(syncDiff, syncState(this.#state, state));
    this.#early = [];
    this.#synced = true;
    this.#count = undefined;
  }

  diff(diff: PresenceDiff): void {
    // A diff may overtake the list that it changes.
    if (!this.#synced) {
      if (this.#early.length < TAKEN.peoplePerRoomMax) this.#early.push(diff);
      return;
    }
    const state = syncDiff(this.#state, diff);
    if (Object.keys(state).length <= TAKEN.peoplePerRoomMax) this.#state = state;
  }

  /** The room's form for many: a number in place of the list. */
  count(online: number): void {
    this.#count = online;
    this.#state = {};
    this.#early = [];
  }

  /** The connection went: the list still shows who was there, the next `state` says who is. */
  reset(): void {
    this.#synced = false;
    this.#early = [];
  }

  get online(): number {
    return this.#count ?? Object.keys(this.#state).length;
  }

  /** Empty in a large room. */
  get users(): OnlineUser[] {
    return Object.entries(this.#state).map(([userId, { metas }]) => ({ userId, devices: metas }));
  }

  isOnline(userId: string): boolean {
    return Object.hasOwn(this.#state, userId);
  }
}
