import {
  type ConversationJoined,
  ConversationJoinedSchema,
  type ConversationObject,
  conversationTopic,
  eventIdOf,
  LOG_EVENT_NAMES,
  type LogEvent,
  MessageAnswer,
  type MessageObject,
  type SignalEvents,
} from '@tpx/protocol';
import { Gate } from '../gate.ts';
import type { Platform } from '../platform.ts';
import type { EventsPage } from '../rest/answers.ts';
import type { Rest } from '../rest/rest.ts';
import type { Channel } from '../socket/channel.ts';
import type { Storage } from '../storage/storage.ts';
import { NetworkError } from '../trouble.ts';
import { checkShape } from '../untrusted/check-shape.ts';
import type { Tell } from './conversation-events.ts';
import { ConversationStore, type StoredConversation } from './conversation-store.ts';
import { DeliveredSignal } from './delivered-signal.ts';
import { countCommon, type GoneMessage, GoneMessages } from './gone-messages.ts';
import { History } from './history.ts';
import { LogSync } from './log-sync.ts';
import { LogView } from './log-view.ts';
import { MessageCache } from './message-cache.ts';
import { Outbox, type OutboxEntry } from './outbox.ts';
import { ReadMark } from './read-mark.ts';
import { Receipts } from './receipts.ts';
import { Room } from './room.ts';
import { SeqWaiters } from './seq-waiters.ts';
import type { Reach } from './watermarks.ts';

export type LinkOptions = {
  me: string;
  about: ConversationObject;
  stored: StoredConversation | undefined;
  rest: Rest;
  channel: Channel;
  storage: Storage;
  platform: Platform;
  tell: Tell;
  blocked: () => ReadonlySet<string>;
  /** Messages kept on this device. */
  cacheLimit: number;
  /** A send was acknowledged; how long that took. */
  onSent: (ms: number) => void;
};

const LOG_EVENTS: ReadonlySet<string> = new Set(LOG_EVENT_NAMES);

const RECOUNT_WITHIN_MS = 3_000;

export type ResumedPage = EventsPage & { first_seq?: number | undefined };

const disconnected = () => new NetworkError('disconnected', 'The connection was lost.');

/** Puts the parts of a conversation together, and between the connection and the storage. */
export class ConversationLink {
  readonly view: LogView;
  readonly sync: LogSync;
  readonly history: History;
  readonly outbox: Outbox;
  readonly receipts: Receipts;
  readonly readMark: ReadMark;
  readonly room: Room;
  readonly waiters: SeqWaiters;
  /** As the `user:` join said; none once all is read. */
  mentionCount = 0;
  readonly #options: LinkOptions;
  readonly #cache: MessageCache;
  readonly #gone: GoneMessages;
  readonly #delivered: DeliveredSignal;
  readonly #store: ConversationStore;
  readonly #ready = new Gate();
  #connection = 0;
  /** While a replaced history is being fetched: what this device had, for a start in between. */
  #replacing: { last_seq: number; last_id?: string } | undefined;

  constructor(options: LinkOptions) {
    const { about, stored, platform, channel, rest, me, blocked } = options;
    const { clock, random } = platform;
    const topic = conversationTopic(about.kind, about.id);
    const tell: Tell = (name, payload) => {
      this.#store.changed();
      options.tell(name, payload);
    };
    this.#options = options;
    this.waiters = new SeqWaiters(clock);
    this.#cache = new MessageCache(options.cacheLimit, stored?.messages);
    this.#gone = new GoneMessages(options.cacheLimit, stored?.gone);
    this.#store = new ConversationStore(options.storage, topic, clock, () => this.#toStore());
    this.#delivered = new DeliveredSignal(clock, stored?.delivered_seq ?? 0, (seq) =>
      channel.signal('delivered', { seq }),
    );
    this.receipts = new Receipts({
      me,
      tell,
      stored: stored?.receipts,
      others: () => this.#others(),
      fetch: (id) => rest.messages.receipts(id, { limit: 100 }),
    });
    this.room = new Room({ clock, tell, blocked, onReceipts: (marks) => this.receipts.received(marks) });
    this.view = new LogView({
      me,
      about,
      tell,
      blocked,
      cache: this.#cache,
      onMessage: (message) => this.#messageCame(message),
      onMemberGone: (userId, event) => {
        this.receipts.remove(userId);
        if (event === 'member_banned') this.#recount();
      },
    });
    this.readMark = new ReadMark({
      seq: stored?.read_seq ?? 0,
      push: (seq) => channel.push('read', { seq }),
      onMoved: (seq) => {
        if (seq >= (this.sync.lastSeq ?? 0)) this.mentionCount = 0;
        tell('read', { seq });
      },
    });
    this.history = new History({
      cache: this.#cache,
      platform,
      tell,
      fetch: (query) => rest.messages.history(about.kind, about.id, query),
    });
    this.outbox = new Outbox({
      topic,
      storage: options.storage,
      clock,
      random,
      push: (entry) => this.#push(entry),
      onChange: (entry, message) => tell('outbox', { entry, message }),
    });
    this.sync = new LogSync({
      lastSeq: stored?.last_seq,
      lastId: stored?.last_id,
      clock,
      random,
      fetchAfter: (after) => rest.messages.events(about.kind, about.id, { after }),
      apply: (events) => this.#apply(events),
      skipTo: (seq) => void this.#loadNewest(seq).catch(() => undefined),
    });
    channel.events.on('event', ({ event, payload }) => {
      if (LOG_EVENTS.has(event))
        this.sync.live({ seq: (payload as LogEvent).seq, event, payload } as LogEvent);
      else if (event === 'trimmed') this.#trimmed((payload as SignalEvents['trimmed']).first_seq);
      else this.room.received(event, payload);
    });
  }

  /** When something was last said, or when the group began. */
  get lastActivity(): string {
    const { about } = this.view;
    return (
      this.#cache.last?.created_at ??
      (about.kind === 'group' ? about.created_at : (about.last_message_at ?? ''))
    );
  }

  ready(): Promise<void> {
    return this.#ready.opened();
  }

  /** By a join of its own, for what was not resumed with the `user:` join. @throws {Refusal} @throws {NetworkError} */
  async join(): Promise<void> {
    const { position } = this.sync;
    const connection = this.#connection;
    const joined = await this.#options.channel.join(position ?? {});
    checkShape(joined, ConversationJoinedSchema, 'The answer to the join');
    const answer = joined as ConversationJoined;
    this.view.about = answer.conversation;
    this.#trimmed(answer.first_seq);
    if (answer.replaced) await this.#beginAnew(answer, connection);
    else if (position) this.sync.resume(answer, answer.last_seq);
    else await this.#begin(answer, connection);
    this.#connected(answer.my_read_seq);
  }

  /** With the `user:` join, whose join_ref it lives under. `target`: where the log ended then. */
  resumed(page: ResumedPage, target: number, myReadSeq: number, joinRef: string | null): void {
    this.#options.channel.adopt(joinRef);
    if (page.first_seq !== undefined) this.#trimmed(page.first_seq);
    this.sync.resume(page, target);
    this.#connected(myReadSeq);
  }

  disconnected(): void {
    this.#connection++;
    this.sync.disconnected();
    this.outbox.setOnline(false);
    this.#delivered.disconnected();
    this.room.disconnected();
    this.#ready.close();
  }

  summarized(messageId: string, reach: Reach): void {
    const message = this.#cache.find(messageId);
    if (message) this.receipts.summarized(message.seq, reach);
  }

  async refreshReceipts(): Promise<void> {
    const { me } = this.#options;
    const isMine = ({ sender_id, type }: MessageObject) => sender_id === me && type !== 'system';
    await this.receipts.refresh(this.#cache.messages.findLast(isMine));
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async change(event: 'edit' | 'delete', payload: Record<string, unknown>): Promise<MessageObject> {
    const answer = await this.#options.channel.push(event, payload);
    checkShape(answer, MessageAnswer, `The answer to ${event}`);
    return (answer as { message: MessageObject }).message;
  }

  /** The user is not in this conversation any more: nothing of it stays on the device. */
  async removed(why: string): Promise<void> {
    this.disconnected();
    await Promise.all([this.outbox.abandon(why), this.#store.remove()]);
  }

  flush(): Promise<void> {
    return this.#store.flush();
  }

  /**
   * The first time on this device. Events wait until the history before them is here, so that they are told after it;
   * of that history, what others wrote and this user has read nowhere is told as messages too.
   */
  async #begin(
    answer: ConversationJoined,
    connection: number,
    known: ReadonlySet<string> = new Set(),
  ): Promise<void> {
    await this.#loadNewest(answer.last_seq);
    if (connection !== this.#connection) throw disconnected();
    this.readMark.movedElsewhere(answer.my_read_seq);
    for (const message of this.view.messages) {
      if (message.seq <= answer.my_read_seq || message.sender_id === this.#options.me) continue;
      this.#delivered.raise(message.seq);
      if (!known.has(message.id)) this.#options.tell('message', { message });
    }
    this.#gone.found(this.#cache.messages);
    this.sync.begin(answer.last_seq, await this.#eventIdAt(answer.last_seq, connection));
  }

  /**
   * The server has another history: what this device has and the server has not is shown and kept as gone, and the rest
   * is fetched anew (rule SDK-21). An acknowledged message of one's own that is gone is not sent again by itself: others
   * may have read it and what followed it is not there, so only its author can tell whether it still makes sense.
   */
  async #beginAnew(answer: ConversationJoined, connection: number): Promise<void> {
    this.#replacing = this.sync.position;
    const undo = this.sync.beginAnew();
    try {
      const held = this.#cache.messages;
      const common = await countCommon(held, (message) => this.#isOnServer(message, answer.last_seq));
      if (connection !== this.#connection) throw disconnected();
      const lastCommon = held[common - 1]?.seq ?? 0;
      const gone = held.slice(common);
      this.#gone.add(gone, lastCommon);
      this.receipts.fallTo(lastCommon);
      this.readMark.fallTo(lastCommon);
      this.#delivered.fallTo(lastCommon);
      this.#cache.clear();
      this.#options.tell('replaced', { gone });
      // From here on a start of the program begins anew too, with what is gone known.
      this.#replacing = undefined;
      await this.#begin(answer, connection, new Set(held.map(({ id }) => id)));
    } catch (error) {
      if (this.#replacing) undo();
      throw error;
    } finally {
      this.#replacing = undefined;
    }
  }

  async #isOnServer({ id, seq }: MessageObject, lastSeq: number): Promise<boolean> {
    if (seq > lastSeq) return false;
    const { kind, id: conversationId } = this.view.about;
    const query = { after: seq - 1, limit: 1 };
    const { messages } = await this.#options.rest.messages.history(kind, conversationId, query);
    return messages[0]?.id === id;
  }

  /** Which event the server has at `seq`; undefined where it does not say, which only makes a comparison less sharp. */
  async #eventIdAt(seq: number, connection: number): Promise<string | undefined> {
    const newest = this.#cache.last;
    if (seq === 0 || newest?.seq === seq) return newest?.id;
    const { kind, id } = this.view.about;
    const query = { after: seq - 1, limit: 1 };
    const page = await this.#options.rest.messages.events(kind, id, query).catch(() => undefined);
    if (connection !== this.#connection) throw disconnected();
    const event = page?.events[0];
    return event?.seq === seq ? eventIdOf(event) : undefined;
  }

  /** Retention removed what was before `firstSeq`: it leaves the screen, the counts and the storage here too. */
  #trimmed(firstSeq: number): void {
    const { about } = this.view;
    const isNews = firstSeq > about.first_seq || firstSeq > (this.#cache.oldestSeq ?? firstSeq);
    this.history.trimmed(firstSeq);
    const keptSeconds = about.kind === 'group' ? about.messages_retention : null;
    const isShorter =
      keptSeconds !== null &&
      this.#gone.dropOlderThan(this.#options.platform.clock.now() - keptSeconds * 1_000);
    if (!isNews && !isShorter) return;
    if (firstSeq > about.first_seq) this.view.about = { ...about, first_seq: firstSeq };
    this.#store.changed();
    this.#options.tell('trimmed', { firstSeq });
  }

  get gone(): readonly GoneMessage[] {
    return this.#gone.all;
  }

  #loadNewest(seq: number): Promise<void> {
    const connection = this.#connection;
    return this.history.loadNewest(seq, () => connection === this.#connection);
  }

  #connected(myReadSeq: number): void {
    this.#store.changed();
    this.outbox.setOnline(true);
    this.#delivered.connected();
    // A refusal here means that the membership has just ended; the channel's own end says so.
    this.readMark.connected(myReadSeq).catch(() => undefined);
    this.#ready.open();
  }

  #apply(events: readonly LogEvent[]): void {
    for (const event of events) this.view.apply(event);
    this.#store.changed();
    this.waiters.reached(events.at(-1)?.seq ?? 0);
  }

  #messageCame(message: MessageObject): void {
    this.room.wrote(message.sender_id);
    if (message.sender_id === this.#options.me) void this.outbox.acknowledge(message).catch(() => undefined);
    else this.#delivered.raise(message.seq);
  }

  /** A moment apart for each client: everybody in the room comes to ask. */
  #recount(): void {
    const { platform, rest, about } = this.#options;
    platform.clock.after(platform.random() * RECOUNT_WITHIN_MS, () => {
      rest.groups.get(about.id).then(
        ({ group }) => {
          this.view.about = { kind: 'group', ...group };
        },
        // Banned myself, or no network: the next join brings the count.
        () => undefined,
      );
    });
  }

  async #push({ client_id, message }: OutboxEntry): Promise<MessageObject> {
    const { channel, platform, onSent } = this.#options;
    const sentAt = platform.clock.now();
    const pushed = await channel.push('message', { ...message, client_id });
    checkShape(pushed, MessageAnswer, 'The answer to the message');
    const answer = pushed as { message: MessageObject };
    onSent(platform.clock.now() - sentAt);
    // The reply may overtake the broadcast: the message takes its place in the log now, not a moment later.
    const { seq } = answer.message;
    this.sync.live({ seq, event: 'message', payload: { seq, message: answer.message } });
    return answer.message;
  }

  #others(): number {
    const { about } = this.view;
    if (about.kind === 'group') return Math.max(0, about.member_count - 1);
    return about.user_a === about.user_b ? 0 : 1;
  }

  #toStore(): StoredConversation {
    return {
      about: this.view.about,
      ...(this.#replacing ?? { last_seq: this.sync.lastSeq, ...this.sync.position }),
      read_seq: this.readMark.seq,
      delivered_seq: this.#delivered.sent,
      receipts: this.receipts.toStore(),
      messages: this.#cache.toStore(),
      gone: [...this.#gone.all],
    };
  }
}
