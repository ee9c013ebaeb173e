import { LIMITS, type SessionId, type UserId } from '@tpx/protocol';
import type { PresenceEntry, PresenceNews, PresencePart } from '../cluster/presence-news.ts';
import {
  addDevice,
  type Device,
  devicesOf,
  findDevice,
  type Origin,
  type People,
  removeDevice,
  shortName,
} from './device.ts';
import { encodeDevices, type PresenceDiff } from './encode-presence.ts';
import { PeopleElsewhere } from './people-elsewhere.ts';

let nextRef = 0;

/** Who is in one conversation, by device, on all nodes; what changed since it was last told (spec PRES-1 to PRES-5). */
export class PresenceRoom {
  readonly #here: Origin;
  /** Everybody who is seen; of other nodes only while the room is told as a list. */
  readonly #online: People = new Map();
  /** Those who appear offline: they are counted as the others are, so that they can show again. */
  #hidden: People | undefined;
  /** People of this node in `#online`. */
  #sizeHere = 0;
  /** Devices of other nodes in `#online`. */
  #devicesElsewhere = 0;
  /** Other nodes' people where the room is too large for a list. */
  #elsewhere: PeopleElsewhere | undefined;
  #joins = new Set<Device>();
  #leaves = new Set<Device>();

  constructor(here: Origin) {
    this.#here = here;
  }

  /** People who are seen; in a room too large for a list a person counts once on each node. */
  get size(): number {
    return this.#elsewhere ? this.#sizeHere + this.#elsewhere.size : this.#online.size;
  }

  /** Nobody of this node is there. */
  get isEmpty(): boolean {
    return this.#sizeHere === 0 && this.#hidden === undefined;
  }

  /** Rooms up to LIMITS.presenceListMax tell who; larger ones tell how many. */
  get isList(): boolean {
    return !this.#elsewhere && this.#online.size <= LIMITS.presenceListMax;
  }

  /** It is small enough for a list, but other nodes have yet to say who is there. */
  get wantsLists(): boolean {
    return this.#elsewhere !== undefined && this.size <= LIMITS.presenceListMax;
  }

  get users(): readonly UserId[] {
    return [...this.#online.keys()];
  }

  /** One connection more of the device, which is seen or not as this one says: it has asked last. */
  join(userId: UserId, id: SessionId, visible = true): void {
    const known = this.#find(userId, id);
    if (known) {
      known.connections++;
      this.show(userId, id, visible);
      return;
    }
    const origin = this.#here;
    const device = { userId, id, origin, ref: 0, onlineAt: 0, connections: 1, next: undefined };
    this.#place(device, visible);
  }

  /** The device appears, or hides though it stays. True where that changes anything. */
  show(userId: UserId, id: SessionId, visible: boolean): boolean {
    const device = this.#findIn(visible ? this.#hidden : this.#online, userId, id);
    if (!device) return false;
    this.#remove(device);
    this.#place(device, visible);
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
    return this.#findIn(this.#online, userId, id) ?? this.#findIn(this.#hidden, userId, id);
  }

  #findIn(people: People | undefined, userId: UserId, id: SessionId): Device | undefined {
    return findDevice(people, userId, (device) => device.id === id && device.origin === this.#here);
  }

  /** A device of this node, among those who are seen or those who are not. */
  #place(device: Device, visible: boolean): void {
    if (!visible) {
      this.#hidden ??= new Map();
      addDevice(this.#hidden, device);
      return;
    }
    device.ref = nextRef++;
    device.onlineAt = Date.now();
    this.#add(device);
  }

  #add(device: Device): void {
    if (device.origin !== this.#here) this.#devicesElsewhere++;
    else if (!this.#isHere(device.userId)) this.#sizeHere++;
    addDevice(this.#online, device);
    this.#joins.add(device);
    if (this.#online.size > LIMITS.presenceListMax) this.#forgetElsewhere();
  }

  #isHere(userId: UserId): boolean {
    return findDevice(this.#online, userId, ({ origin }) => origin === this.#here) !== undefined;
  }

  /** True where it was seen. */
  #remove(device: Device): boolean {
    if (this.#hidden && removeDevice(this.#hidden, device)) {
      if (this.#hidden.size === 0) this.#hidden = undefined;
      return false;
    }
    removeDevice(this.#online, device);
    if (device.origin !== this.#here) this.#devicesElsewhere--;
    else if (!this.#isHere(device.userId)) this.#sizeHere--;
    // A device that came and went between two tellings was never told of.
    if (!this.#joins.delete(device)) this.#leaves.add({ ...device });
    return true;
  }

  /** Too many for a list: of people on other nodes only their number is kept. */
  #forgetElsewhere(): void {
    if (this.#devicesElsewhere === 0) return;
    this.#devicesElsewhere = 0;
    const sizes = new Map<Origin, Set<UserId>>();
    for (const device of [...devicesOf(this.#online)]) {
      if (device.origin === this.#here) continue;
      const users = sizes.get(device.origin);
      if (users) users.add(device.userId);
      else sizes.set(device.origin, new Set([device.userId]));
      removeDevice(this.#online, device);
    }
    this.#elsewhere = new PeopleElsewhere();
    for (const [origin, users] of sizes) this.#elsewhere.setSize(origin, users.size);
  }

  /** What another node says has changed among its people. True where that is to be told. */
  hear(origin: Origin, { size, joins, leaves }: PresenceNews): boolean {
    if (!joins || !leaves) return this.#count(origin, size);
    if (this.#elsewhere) return this.#elsewhere.setSize(origin, size);
    let changed = false;
    for (const entry of joins) changed = this.#addElsewhere(origin, entry) || changed;
    for (const [userId, ref] of leaves) changed = this.#removeElsewhere(origin, userId, ref) || changed;
    return this.#recount(origin, size) || changed;
  }

  /** All of another node's people in this room, undefined where it has none. True where that is to be told. */
  setPart(origin: Origin, { size, entries }: PresencePart = { size: 0, entries: [] }): boolean {
    if (!entries) return this.#count(origin, size);
    if (this.#elsewhere) {
      const changed = this.#elsewhere.setSize(origin, size);
      this.#elsewhere.setList(origin, entries);
      return this.#list() || changed;
    }
    if (entries.length === 0 && this.#devicesElsewhere === 0) return false;
    const refs = new Set(entries.map(([, ref]) => ref));
    let changed = false;
    for (const device of [...devicesOf(this.#online)]) {
      if (device.origin === origin && !refs.has(device.ref)) changed = this.#remove(device) || changed;
    }
    for (const entry of entries) changed = this.#addElsewhere(origin, entry) || changed;
    return this.#recount(origin, size) || changed;
  }

  /** A list that grew past its bound on the way goes on as a count. */
  #recount(origin: Origin, size: number): boolean {
    return this.#elsewhere?.setSize(origin, size) ?? false;
  }

  /** That node does not say who: then nobody here can. */
  #count(origin: Origin, size: number): boolean {
    if (!this.#elsewhere) {
      this.#forgetElsewhere();
      this.#elsewhere ??= new PeopleElsewhere();
    }
    return this.#elsewhere.setSize(origin, size);
  }

  /** Becomes a list again where it can. */
  #list(): boolean {
    const lists = this.wantsLists ? this.#elsewhere?.lists : undefined;
    if (!lists) return false;
    this.#elsewhere = undefined;
    for (const [origin, entries] of lists) for (const entry of entries) this.#addElsewhere(origin, entry);
    return true;
  }

  #addElsewhere(origin: Origin, [userId, ref, onlineAt, id]: PresenceEntry): boolean {
    if (this.#elsewhere) return false;
    if (findDevice(this.#online, userId, (device) => device.ref === ref && device.origin === origin))
      return false;
    this.#add({ userId, id, origin, ref, onlineAt, connections: 1, next: undefined });
    return true;
  }

  #removeElsewhere(origin: Origin, userId: UserId, ref: number): boolean {
    const device = findDevice(this.#online, userId, (one) => one.ref === ref && one.origin === origin);
    return device !== undefined && this.#remove(device);
  }

  /**
   * This node's people, for another node; who they are where a list may name so many, or `all` are wanted. Whoever is
   * still to be told of is left out otherwise: one who goes before that is never told of as gone.
   */
  part(all = false): PresencePart | undefined {
    const size = this.#sizeHere;
    if (size === 0) return undefined;
    if (size > LIMITS.presenceListMax && !all) return { size };
    const entries: PresenceEntry[] = [];
    for (const device of devicesOf(this.#online)) {
      if (device.origin === this.#here && (all || !this.#joins.has(device))) entries.push(toEntry(device));
    }
    return { size, entries };
  }

  /** What of `diff` other nodes do not know; undefined where that is nothing. */
  newsOf({ joins, leaves }: PresenceDiff): PresenceNews | undefined {
    const own = (devices: ReadonlySet<Device>) => [...devices].filter(({ origin }) => origin === this.#here);
    const [came, went] = [own(joins), own(leaves)];
    if (came.length === 0 && went.length === 0) return undefined;
    const size = this.#sizeHere;
    if (!this.isList) return { size };
    return { size, joins: came.map(toEntry), leaves: went.map(({ userId, ref }) => [userId, ref]) };
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
    return `{${encodeDevices(devicesOf(this.#online), hidden)}}`;
  }
}

function toEntry(device: Device): PresenceEntry {
  return [device.userId, device.ref, device.onlineAt, shortName(device)];
}
