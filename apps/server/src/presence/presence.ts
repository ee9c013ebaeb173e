import {
  type ConversationId,
  LIMITS,
  type PresenceState,
  RawJson,
  type SessionId,
  type UserId,
} from '@tpx/protocol';
import { type PresenceDiff, PresenceRoom, withoutUsers } from './presence-room.ts';

/** A session as presence sees it. */
export interface Watcher {
  readonly userId: UserId;
  readonly deviceId: SessionId;
  readonly hiddenUsers: ReadonlySet<string> | undefined;
  readonly connection: {
    push(topic: string, event: string, payload: unknown): void;
    subscribe(room: string): void;
    unsubscribe(room: string): void;
  };
}

/** The conversation as presence sees it. */
export type PresencePlace = { id: ConversationId; topic: string };

type Room = {
  place: PresencePlace;
  people: PresenceRoom;
  /** Joined since the last telling: they get the state, and the diffs from then on. */
  waiting: Set<Watcher>;
  /** Those who are told apart, because somebody blocks them. */
  filtered: Set<Watcher>;
  timer: ReturnType<typeof setTimeout> | undefined;
  toldAt: number;
  /** In which form the room was last told. */
  toldAsList: boolean;
};

export type PresenceDeps = { publish(room: string, topic: string, event: string, payload: unknown): void };

/** Diffs of one room are told at most this often; the first of a quiet room goes out at once. */
const DIFF_INTERVAL_MS = 250;

export function presenceRoomName(topic: string): string {
  return `presence ${topic}`;
}

/** Live presence on this node: who is in which conversation, told as lists in small rooms, as counts in large ones. */
export class Presence {
  readonly #deps: PresenceDeps;
  readonly #rooms = new Map<ConversationId, Room>();
  /** Devices in their grace, the oldest first: the delay is the same for all. */
  #leaving: { at: number; conversationId: ConversationId; userId: UserId; deviceId: SessionId }[] = [];
  #leaveTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  onlineIn(conversationId: ConversationId): readonly UserId[] {
    return this.#rooms.get(conversationId)?.people.users ?? [];
  }

  /** The watcher hears of the room from now on; it is seen there unless it is invisible. */
  join(place: PresencePlace, watcher: Watcher, visible: boolean): void {
    let room = this.#rooms.get(place.id);
    if (!room) {
      const people = new PresenceRoom();
      room = {
        place,
        people,
        waiting: new Set(),
        filtered: new Set(),
        timer: undefined,
        toldAt: 0,
        toldAsList: true,
      };
      this.#rooms.set(place.id, room);
    }
    if (visible) room.people.join(watcher.userId, watcher.deviceId);
    room.waiting.add(watcher);
    this.#schedule(room);
  }

  /** A joined watcher appears, or hides though it stays. */
  show(place: PresencePlace, watcher: Watcher, visible: boolean): void {
    const room = this.#rooms.get(place.id);
    if (!room || room.people.hasDevice(watcher.userId, watcher.deviceId) === visible) return;
    if (visible) room.people.join(watcher.userId, watcher.deviceId);
    else if (!room.people.remove(watcher.userId, watcher.deviceId)) return;
    this.#schedule(room);
  }

  /** What a watcher may see has changed: it gets the whole state anew. */
  retell(place: PresencePlace, watcher: Watcher): void {
    const room = this.#forget(place, watcher);
    if (!room) return;
    watcher.connection.unsubscribe(presenceRoomName(place.topic));
    room.waiting.add(watcher);
    this.#schedule(room);
  }

  /** Left on purpose, kicked or signed out: gone at once. */
  leave(place: PresencePlace, watcher: Watcher): void {
    const room = this.#forget(place, watcher);
    watcher.connection.unsubscribe(presenceRoomName(place.topic));
    if (room?.people.disconnect(watcher.userId, watcher.deviceId)) {
      this.#leaveIfGone(place.id, watcher.userId, watcher.deviceId);
    }
    if (room) this.#tidy(room);
  }

  /** The connection has gone: the device is shown for the grace of a reconnect. */
  drop(place: PresencePlace, watcher: Watcher): void {
    const room = this.#forget(place, watcher);
    if (!room) return;
    this.#tidy(room);
    const { userId, deviceId } = watcher;
    if (!room.people.disconnect(userId, deviceId)) return;
    this.#leaving.push({
      at: performance.now() + LIMITS.presenceGraceMs,
      conversationId: place.id,
      userId,
      deviceId,
    });
    this.#leaveTimer ??= setTimeout(() => this.#leaveDue(), LIMITS.presenceGraceMs);
  }

  #forget(place: PresencePlace, watcher: Watcher): Room | undefined {
    const room = this.#rooms.get(place.id);
    room?.waiting.delete(watcher);
    room?.filtered.delete(watcher);
    return room;
  }

  #leaveDue(): void {
    const now = performance.now();
    let due = 0;
    for (const gone of this.#leaving) {
      if (gone.at > now) break;
      due++;
      this.#leaveIfGone(gone.conversationId, gone.userId, gone.deviceId);
    }
    this.#leaving = this.#leaving.slice(due);
    const next = this.#leaving[0];
    this.#leaveTimer = next ? setTimeout(() => this.#leaveDue(), Math.max(1, next.at - now)) : undefined;
  }

  #leaveIfGone(id: ConversationId, userId: UserId, deviceId: SessionId): void {
    const room = this.#rooms.get(id);
    if (room?.people.leaveIfGone(userId, deviceId)) this.#schedule(room);
  }

  #schedule(room: Room): void {
    if (room.timer !== undefined || this.#closed) return;
    const interval = room.people.isList ? DIFF_INTERVAL_MS : LIMITS.presenceCountIntervalMs;
    const wait = Math.max(0, room.toldAt + interval - performance.now());
    room.timer = setTimeout(() => this.#tell(room), wait);
  }

  #tell(room: Room): void {
    room.timer = undefined;
    room.toldAt = performance.now();
    if (room.people.isList) this.#tellList(room);
    else this.#tellCount(room);
    this.#tidy(room);
  }

  /** A room is kept while somebody is in it, or is told apart in it. */
  #tidy({ place, people, waiting, filtered, timer }: Room): void {
    if (timer === undefined && people.size === 0 && waiting.size === 0 && filtered.size === 0)
      this.#rooms.delete(place.id);
  }

  #tellCount(room: Room): void {
    room.people.takeDiff();
    room.toldAsList = false;
    const { topic } = room.place;
    const count = { online: room.people.size };
    for (const watcher of room.waiting) this.#admit(room, watcher);
    room.waiting.clear();
    this.#deps.publish(presenceRoomName(topic), topic, 'presence_count', count);
    this.#tellFiltered(room, 'presence_count', () => count);
  }

  /** From here on the watcher hears of the room: with all others, or apart from them (spec PRES-5). */
  #admit(room: Room, watcher: Watcher): void {
    if (watcher.hiddenUsers) room.filtered.add(watcher);
    else watcher.connection.subscribe(presenceRoomName(room.place.topic));
  }

  /** The diff goes to those who have the state already, then the state to those who wait for it. */
  #tellList(room: Room): void {
    const { topic } = room.place;
    const name = presenceRoomName(topic);
    const diff = room.people.takeDiff();
    if (!room.toldAsList) {
      // It was a count: those who are there already need the whole list once.
      const state = room.people.state();
      this.#deps.publish(name, topic, 'presence_state', state);
      this.#tellFiltered(room, 'presence_state', (hidden) => withoutUsers(state, hidden));
    } else if (!isEmpty(diff.joins) || !isEmpty(diff.leaves)) {
      this.#deps.publish(name, topic, 'presence_diff', diff);
      this.#tellFiltered(room, 'presence_diff', (hidden) => withoutUsersInDiff(diff, hidden));
    }
    room.toldAsList = true;
    if (room.waiting.size === 0) return;
    const state = room.people.state();
    const encoded = new RawJson(JSON.stringify(state));
    for (const watcher of room.waiting) {
      const { hiddenUsers, connection } = watcher;
      this.#admit(room, watcher);
      connection.push(topic, 'presence_state', hiddenUsers ? withoutUsers(state, hiddenUsers) : encoded);
    }
    room.waiting.clear();
  }

  #tellFiltered(room: Room, event: string, payload: (hidden: ReadonlySet<string>) => object): void {
    for (const { connection, hiddenUsers } of room.filtered) {
      connection.push(room.place.topic, event, payload(hiddenUsers ?? new Set()));
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#leaveTimer);
    for (const room of this.#rooms.values()) clearTimeout(room.timer);
  }
}

function isEmpty(state: PresenceState): boolean {
  for (const _ in state) return false;
  return true;
}

function withoutUsersInDiff(diff: PresenceDiff, hidden: ReadonlySet<string>): PresenceDiff {
  return { joins: withoutUsers(diff.joins, hidden), leaves: withoutUsers(diff.leaves, hidden) };
}
