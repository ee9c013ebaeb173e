import { LIMITS, type SessionId, type UserId } from '@tpx/protocol';

/** One device of a user who is in a room. Numbers instead of the texts that are told: there is one for each connection. */
type Device = {
  userId: UserId;
  id: SessionId;
  ref: number;
  /** Ms since 1970. */
  onlineAt: number;
  /** Connections that this device has joined with; a reconnect overlaps for a moment. */
  connections: number;
  /** The next device of the same user: nearly everybody has one. */
  next: Device | undefined;
};

/** Who came and who went, a device each. */
export type PresenceDiff = { joins: ReadonlySet<Device>; leaves: ReadonlySet<Device> };

let nextRef = 0;
const REF_PREFIX = Math.random().toString(36).slice(2, 8);

/** Who is in one conversation, by device, on this node; what changed since it was last told (spec PRES-1 to PRES-5). */
export class PresenceRoom {
  readonly #online: People = new Map();
  /** Those who appear offline: they are counted as the others are, so that they can show again. */
  #hidden: People | undefined;
  #joins = new Set<Device>();
  #leaves = new Set<Device>();
  /** The state's entries as JSON. Whoever joins is added to its end, so a storm does not encode everybody anew for each. */
  #encoded: string | undefined;

  /** People who are seen. */
  get size(): number {
    return this.#online.size;
  }

  get isEmpty(): boolean {
    return this.#online.size === 0 && this.#hidden === undefined;
  }

  /** Rooms up to this size tell who; larger ones tell how many. */
  get isList(): boolean {
    return this.#online.size <= LIMITS.presenceListMax;
  }

  get users(): readonly UserId[] {
    return [...this.#online.keys()];
  }

  /** One connection more of the device; it is seen or not as its first one was. */
  join(userId: UserId, id: SessionId, visible = true): void {
    const known = this.#find(userId, id);
    if (known) known.connections++;
    else this.#add({ userId, id, ref: 0, onlineAt: 0, connections: 1, next: undefined }, visible);
  }

  /** The device appears, or hides though it stays. True where that changes anything. */
  show(userId: UserId, id: SessionId, visible: boolean): boolean {
    const device = find(visible ? this.#hidden : this.#online, userId, id);
    if (!device) return false;
    this.#remove(device);
    this.#add(device, visible);
    return true;
  }

  /** One connection of the device has gone. True where it was the last: the device leaves after its grace. */
  disconnect(userId: UserId, id: SessionId): boolean {
    const device = this.#find(userId, id);
    if (!device) return false;
    device.connections--;
    return device.connections === 0;
  }

  /** Takes the device out, unless it has a connection again. True where others may see that. */
  leaveIfGone(userId: UserId, id: SessionId): boolean {
    const device = this.#find(userId, id);
    return device?.connections === 0 && this.#remove(device);
  }

  #find(userId: UserId, id: SessionId): Device | undefined {
    return find(this.#online, userId, id) ?? find(this.#hidden, userId, id);
  }

  #add(device: Device, visible: boolean): void {
    if (!visible) {
      this.#hidden ??= new Map();
      add(this.#hidden, device);
      return;
    }
    device.ref = nextRef++;
    device.onlineAt = Date.now();
    const isFirst = add(this.#online, device);
    this.#joins.add(device);
    if (!isFirst) this.#encoded = undefined;
    else if (this.#encoded !== undefined) {
      const entry = encode([device]);
      this.#encoded = this.#encoded === '' ? entry : `${this.#encoded},${entry}`;
    }
  }

  /** True where it was seen. */
  #remove(device: Device): boolean {
    if (this.#hidden && remove(this.#hidden, device)) {
      if (this.#hidden.size === 0) this.#hidden = undefined;
      return false;
    }
    remove(this.#online, device);
    this.#encoded = undefined;
    // A device that came and went between two tellings was never told of.
    if (!this.#joins.delete(device)) this.#leaves.add({ ...device });
    return true;
  }

  /** What changed since the last call. */
  takeDiff(): PresenceDiff {
    const diff = { joins: this.#joins, leaves: this.#leaves };
    if (this.#joins.size > 0) this.#joins = new Set();
    if (this.#leaves.size > 0) this.#leaves = new Set();
    return diff;
  }

  /** Who is there in Phoenix's format, as JSON; without those whom the reader must not see. */
  state(hidden?: ReadonlySet<string>): string {
    if (hidden) return `{${encode(devicesOf(this.#online), hidden)}}`;
    this.#encoded ??= encode(devicesOf(this.#online));
    return `{${this.#encoded}}`;
  }

  /** Nobody waits for the state any more: a quiet room keeps no text of it. */
  forgetState(): void {
    this.#encoded = undefined;
  }
}

/** The first device of each user; the others hang on it. */
type People = Map<UserId, Device>;

function* devicesOf(people: People): Generator<Device> {
  for (const first of people.values()) {
    for (let device: Device | undefined = first; device; device = device.next) yield device;
  }
}

function find(people: People | undefined, userId: UserId, id: SessionId): Device | undefined {
  let device = people?.get(userId);
  while (device && device.id !== id) device = device.next;
  return device;
}

/** True where it is the first of its user. */
function add(people: People, device: Device): boolean {
  device.next = undefined;
  let last = people.get(device.userId);
  if (!last) {
    people.set(device.userId, device);
    return true;
  }
  while (last.next) last = last.next;
  last.next = device;
  return false;
}

function remove(people: People, device: Device): boolean {
  const first = people.get(device.userId);
  if (first === device) {
    if (device.next) people.set(device.userId, device.next);
    else people.delete(device.userId);
    return true;
  }
  for (let before = first; before; before = before.next) {
    if (before.next !== device) continue;
    before.next = device.next;
    return true;
  }
  return false;
}

/** In Phoenix's format, as JSON. */
export function encodeDiff({ joins, leaves }: PresenceDiff, hidden?: ReadonlySet<string>): string {
  return `{"joins":{${encode(joins, hidden)}},"leaves":{${encode(leaves, hidden)}}}`;
}

/** `"<user id>":{"metas":[...]}` for each user, without braces around them. */
function encode(devices: Iterable<Device>, hidden?: ReadonlySet<string>): string {
  const metas = new Map<UserId, string>();
  for (const device of devices) {
    if (hidden?.has(device.userId)) continue;
    const before = metas.get(device.userId);
    metas.set(device.userId, before ? `${before},${metaOf(device)}` : metaOf(device));
  }
  const entries: string[] = [];
  for (const [userId, list] of metas) entries.push(`"${userId}":{"metas":[${list}]}`);
  return entries.join(',');
}

function metaOf({ ref, onlineAt, id }: Device): string {
  // The end of a UUIDv7 is random: enough to tell a person's devices apart, and it opens nothing.
  return `{"phx_ref":"${REF_PREFIX}${ref.toString(36)}","online_at":"${new Date(onlineAt).toISOString()}","device":"${id.slice(-8)}"}`;
}
