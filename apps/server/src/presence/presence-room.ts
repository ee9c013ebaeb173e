import { LIMITS, type PresenceMeta, type PresenceState, type SessionId, type UserId } from '@tpx/protocol';

/** One device of a user who is in a room. */
type Device = {
  id: SessionId;
  meta: PresenceMeta;
  /** Connections that this device has joined with; a reconnect overlaps for a moment. */
  connections: number;
};

export type PresenceDiff = { joins: PresenceState; leaves: PresenceState };

let nextRef = 0;
const REF_PREFIX = Math.random().toString(36).slice(2, 8);

/** Who is in one conversation, by device, on this node; what changed since it was last told (spec PRES-1 to PRES-4). */
export class PresenceRoom {
  readonly #online = new Map<UserId, Device[]>();
  #joins = new Map<UserId, Device[]>();
  #leaves = new Map<UserId, Device[]>();

  get size(): number {
    return this.#online.size;
  }

  /** Rooms up to this size tell who; larger ones tell how many. */
  get isList(): boolean {
    return this.#online.size <= LIMITS.presenceListMax;
  }

  get users(): readonly UserId[] {
    return [...this.#online.keys()];
  }

  join(userId: UserId, deviceId: SessionId): void {
    const devices = this.#online.get(userId);
    const known = devices?.find((device) => device.id === deviceId);
    if (known) {
      known.connections++;
      return;
    }
    const device = { id: deviceId, meta: newMeta(deviceId), connections: 1 };
    if (devices) devices.push(device);
    else this.#online.set(userId, [device]);
    note(this.#joins, userId, device);
  }

  /** One connection of the device has gone. True where it was the last: the device leaves after its grace. */
  disconnect(userId: UserId, deviceId: SessionId): boolean {
    const device = this.#online.get(userId)?.find(({ id }) => id === deviceId);
    if (!device) return false;
    device.connections--;
    return device.connections === 0;
  }

  hasDevice(userId: UserId, deviceId: SessionId): boolean {
    return this.#online.get(userId)?.some(({ id }) => id === deviceId) ?? false;
  }

  /** Takes the device out, unless it has a connection again. */
  leaveIfGone(userId: UserId, deviceId: SessionId): boolean {
    const device = this.#online.get(userId)?.find(({ id }) => id === deviceId);
    return device?.connections === 0 && this.remove(userId, deviceId);
  }

  /** Takes the device out, connected or not. */
  remove(userId: UserId, deviceId: SessionId): boolean {
    const devices = this.#online.get(userId);
    const device = devices?.find(({ id }) => id === deviceId);
    if (!devices || !device) return false;
    if (devices.length === 1) this.#online.delete(userId);
    else devices.splice(devices.indexOf(device), 1);
    // A device that came and went between two tellings was never told of.
    const joined = this.#joins.get(userId);
    if (joined?.includes(device)) {
      joined.splice(joined.indexOf(device), 1);
      if (joined.length === 0) this.#joins.delete(userId);
    } else note(this.#leaves, userId, device);
    return true;
  }

  /** What changed since the last call, in Phoenix's format. */
  takeDiff(): PresenceDiff {
    const diff = { joins: toState(this.#joins), leaves: toState(this.#leaves) };
    if (this.#joins.size > 0) this.#joins = new Map();
    if (this.#leaves.size > 0) this.#leaves = new Map();
    return diff;
  }

  state(): PresenceState {
    return toState(this.#online);
  }
}

function note(changes: Map<UserId, Device[]>, userId: UserId, device: Device): void {
  const devices = changes.get(userId);
  if (devices) devices.push(device);
  else changes.set(userId, [device]);
}

function toState(users: ReadonlyMap<UserId, readonly Device[]>): PresenceState {
  const state: PresenceState = {};
  for (const [userId, devices] of users) state[userId] = { metas: devices.map(({ meta }) => meta) };
  return state;
}

function newMeta(deviceId: SessionId): PresenceMeta {
  const phx_ref = `${REF_PREFIX}${(nextRef++).toString(36)}`;
  // The end of a UUIDv7 is random: enough to tell a person's devices apart, and it opens nothing.
  return { phx_ref, online_at: new Date().toISOString(), device: deviceId.slice(-8) };
}

/** What somebody gets who must not see `hidden`. */
export function withoutUsers(state: PresenceState, hidden: ReadonlySet<string>): PresenceState {
  return Object.fromEntries(Object.entries(state).filter(([userId]) => !hidden.has(userId)));
}
