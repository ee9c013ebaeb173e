import { type ConversationId, LIMITS, RawJson, type SessionId, type UserId } from '@tpx/protocol';
import type { PresenceNews, PresencePart } from '../cluster/presence-news.ts';
import type { Origin } from './device.ts';
import { encodeDiff, type PresenceDiff } from './encode-presence.ts';
import { PresenceRoom } from './presence-room.ts';

/** A session as presence sees it. */
export interface Watcher {
  readonly userId: UserId;
  readonly deviceId: SessionId;
  readonly hiddenUsers: ReadonlySet<string> | undefined;
  readonly connection: {
    /** Bytes that the client has not read yet. */
    readonly unreadBytes: number;
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
  /** A telling is to come: its time runs, or it is in the queue of those that are due. */
  isScheduled: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Before this nothing more is told. */
  quietUntil: number;
  /** In which form the room was last told. */
  toldAsList: boolean;
};

export type PresenceDeps = {
  publish(room: string, topic: string, event: string, payload: unknown): void;
  /** Which node this is. */
  nodeId: string;
  /** Tells the other nodes what has changed among this node's people; undefined where there never are any. */
  relay: ((id: ConversationId, news: PresenceNews) => void) | undefined;
  /** Asks the nodes that serve it who of theirs is there; what they answer comes back by `setPart`. */
  ask(id: ConversationId): void;
  /** Asks all other nodes the same, and each answers, also that it has nobody there. */
  askAll(ids: readonly ConversationId[]): void;
  /** Other nodes that could answer. */
  peers(): readonly string[];
};

/** Diffs of one room are told at most this often; the first of a quiet room goes out at once. */
const DIFF_INTERVAL_MS = 250;
/** The same after a diff of many: in a storm each diff costs a frame to everybody who came before (spec PRES-1). */
const STORM_INTERVAL_MS = 500;
const STORM_CHANGES = 10;
/** A room that this node begins to have waits for this long for what other nodes have of it. */
const FIRST_TELLING_MS = 50;
/** Rooms told of in one turn of the loop: about as much JSON; then whatever else waits has its turn. */
const TURN_CHARACTERS = 524_288;
/** What one more reader costs counts as much, however short the frame. */
const FRAME_CHARACTERS = 1_024;
/** Whoever has more unread than this gets no state on top: it would be closed for it (spec WS-20). */
const UNREAD_BYTES_MAX = LIMITS.backpressureMaxBytes / 4;

const NOBODY: readonly Watcher[] = [];

function toOrigin(nodeId: string): Origin {
  // Ids are random: the first eight digits differ among as many nodes as there will ever be.
  return { nodeId, prefix: nodeId.slice(0, 8) };
}

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
  /** Rooms whose time has come, and of which this turn of the loop did not tell. */
  #due: Room[] = [];
  #closed = false;
  readonly #here: Origin;
  readonly #origins = new Map<string, Origin>();

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
    this.#here = toOrigin(deps.nodeId);
  }

  /** Rooms that it keeps. */
  get count(): number {
    return this.#rooms.size;
  }

  /** Everybody who shows as online there, undefined where this node does not know. */
  onlineIn(conversationId: ConversationId): readonly UserId[] | undefined {
    const people = this.#rooms.get(conversationId)?.people;
    return people?.isList ? people.users : undefined;
  }

  /** Devices here of people whom somebody blocks: signals of those must not reach them (spec SIG-4). */
  filteredWatchers(conversationId: ConversationId): readonly Watcher[] {
    const room = this.#rooms.get(conversationId);
    if (!room || (room.filtered.size === 0 && room.waiting.size === 0)) return NOBODY;
    const waiting = [...room.waiting].filter(({ hiddenUsers }) => hiddenUsers !== undefined);
    return [...room.filtered, ...waiting];
  }

  peopleHere(conversationId: ConversationId): ReadonlySet<UserId> {
    const entries = this.#rooms.get(conversationId)?.people.part(true)?.entries ?? [];
    return new Set(entries.map(([userId]) => userId));
  }

  /** This node's own people there, for another node; `all` of them, or of many only how many they are. */
  partOf(conversationId: ConversationId, all: boolean): PresencePart | undefined {
    return this.#rooms.get(conversationId)?.people.part(all);
  }

  /** Another node tells of its people. */
  hear(conversationId: ConversationId, nodeId: string, news: PresenceNews): void {
    const room = this.#rooms.get(conversationId);
    if (room?.people.hear(this.#originOf(nodeId), news)) this.#schedule(room);
  }

  /** Another node has answered: these are all of its people there, undefined where it has none. */
  setPart(conversationId: ConversationId, nodeId: string, part: PresencePart | undefined): void {
    const room = this.#rooms.get(conversationId);
    if (room?.people.setPart(this.#originOf(nodeId), part)) this.#schedule(room);
  }

  /** A node is no more, and its people with it. */
  forgetNode(nodeId: string): void {
    const origin = this.#originOf(nodeId);
    this.#origins.delete(nodeId);
    for (const room of this.#rooms.values()) if (room.people.setPart(origin)) this.#schedule(room);
  }

  /** What other nodes told of these may have been lost, or of all rooms: they are asked anew. */
  askAnew(ids: Iterable<ConversationId> = this.#rooms.keys()): void {
    this.#deps.askAll([...ids].filter((id) => this.#rooms.has(id)));
  }

  #originOf(nodeId: string): Origin {
    let origin = this.#origins.get(nodeId);
    if (!origin) {
      origin = toOrigin(nodeId);
      this.#origins.set(nodeId, origin);
    }
    return origin;
  }

  /** The watcher hears of the room from now on; it is seen there unless it is invisible. */
  join(place: PresencePlace, watcher: Watcher, visible: boolean): void {
    let room = this.#rooms.get(place.id);
    if (!room) {
      room = {
        place,
        people: new PresenceRoom(this.#here),
        waiting: new Set(),
        filtered: new Set(),
        isScheduled: false,
        timer: undefined,
        quietUntil: this.#deps.peers().length === 0 ? 0 : performance.now() + FIRST_TELLING_MS,
        toldAsList: true,
      };
      this.#rooms.set(place.id, room);
      this.#deps.ask(place.id);
    }
    room.people.join(watcher.userId, watcher.deviceId, visible);
    room.waiting.add(watcher);
    this.#schedule(room);
  }

  /** A joined watcher appears, or hides though it stays. */
  show(place: PresencePlace, watcher: Watcher, visible: boolean): void {
    const room = this.#rooms.get(place.id);
    if (room?.people.show(watcher.userId, watcher.deviceId, visible)) this.#schedule(room);
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
    else if (room) this.#tidy(room);
  }

  #schedule(room: Room): void {
    if (room.isScheduled || this.#closed) return;
    room.isScheduled = true;
    room.timer = setTimeout(() => this.#enqueue(room), Math.max(0, room.quietUntil - performance.now()));
  }

  /** Rooms that are due together are told of one after the other, a bounded amount a turn of the loop (spec PRES-6). */
  #enqueue(room: Room): void {
    if (this.#due.push(room) === 1) setImmediate(() => this.#tellDue());
  }

  #tellDue(): void {
    if (this.#closed) return;
    let characters = 0;
    let told = 0;
    for (const room of this.#due) {
      if (characters >= TURN_CHARACTERS) break;
      characters += this.#tell(room);
      told++;
    }
    this.#due = this.#due.slice(told);
    if (this.#due.length > 0) setImmediate(() => this.#tellDue());
  }

  /** Gives the characters that it sent. */
  #tell(room: Room): number {
    room.isScheduled = false;
    const diff = room.people.takeDiff();
    const news = this.#deps.relay && room.people.newsOf(diff);
    if (news) this.#deps.relay?.(room.place.id, news);
    const characters = room.people.isList ? this.#tellList(room, diff) : this.#tellCount(room);
    this.#tidy(room);
    return characters;
  }

  /** A room is kept while somebody is in it, or is told apart in it. */
  #tidy({ place, people, waiting, filtered, isScheduled }: Room): void {
    if (!isScheduled && people.isEmpty && waiting.size === 0 && filtered.size === 0)
      this.#rooms.delete(place.id);
  }

  #tellCount(room: Room): number {
    // Who has nobody there any more has to say so, too.
    if (room.people.wantsLists) this.#deps.askAll([room.place.id]);
    room.toldAsList = false;
    room.quietUntil = performance.now() + LIMITS.presenceCountIntervalMs;
    const { topic } = room.place;
    const count = new RawJson(`{"online":${room.people.size}}`);
    for (const watcher of room.waiting) this.#admit(room, watcher);
    room.waiting.clear();
    this.#deps.publish(presenceRoomName(topic), topic, 'presence_count', count);
    this.#tellFiltered(room, 'presence_count', () => count.json);
    return room.people.size * FRAME_CHARACTERS;
  }

  /** From here on the watcher hears of the room: with all others, or apart from them (spec PRES-5). */
  #admit(room: Room, watcher: Watcher): void {
    if (watcher.hiddenUsers) room.filtered.add(watcher);
    else watcher.connection.subscribe(presenceRoomName(room.place.topic));
  }

  /** The diff goes to those who have the state already, then the state to those who wait for it. */
  #tellList(room: Room, diff: PresenceDiff): number {
    const { people, place } = room;
    const name = presenceRoomName(place.topic);
    const changes = diff.joins.size + diff.leaves.size;
    const isTold = !room.toldAsList || changes > 0;
    if (!room.toldAsList) {
      // It was a count: those who are there already need the whole list once.
      this.#deps.publish(name, place.topic, 'presence_state', new RawJson(people.state()));
      this.#tellFiltered(room, 'presence_state', (hidden) => people.state(hidden));
    } else if (changes > 0) {
      this.#deps.publish(name, place.topic, 'presence_diff', new RawJson(encodeDiff(diff)));
      this.#tellFiltered(room, 'presence_diff', (hidden) => encodeDiff(diff, hidden));
    }
    room.toldAsList = true;
    room.quietUntil = performance.now() + (changes > STORM_CHANGES ? STORM_INTERVAL_MS : DIFF_INTERVAL_MS);
    const characters = isTold ? people.size * FRAME_CHARACTERS : 0;
    return room.waiting.size === 0 ? characters : characters + this.#tellWaiting(room);
  }

  #tellWaiting(room: Room): number {
    const { people, place, waiting } = room;
    const state = new RawJson(people.state());
    let characters = 0;
    for (const watcher of waiting) {
      const { hiddenUsers, connection } = watcher;
      if (connection.unreadBytes > UNREAD_BYTES_MAX) continue;
      waiting.delete(watcher);
      this.#admit(room, watcher);
      const own = hiddenUsers ? new RawJson(people.state(hiddenUsers)) : state;
      connection.push(place.topic, 'presence_state', own);
      characters += own.json.length + FRAME_CHARACTERS;
    }
    if (waiting.size > 0) this.#schedule(room);
    return characters;
  }

  #tellFiltered(room: Room, event: string, json: (hidden: ReadonlySet<string> | undefined) => string): void {
    for (const { connection, hiddenUsers } of room.filtered) {
      connection.push(room.place.topic, event, new RawJson(json(hiddenUsers)));
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#leaveTimer);
    for (const room of this.#rooms.values()) clearTimeout(room.timer);
  }
}
