import {
  type ConversationKind,
  type ConversationObject,
  conversationTopic,
  type MessageObject,
} from '@tpx/protocol';
import type { NewMessage } from '../rest/message-calls.ts';
import type { OnlineUser } from '../socket/presence.ts';
import { newClientId } from './client-id.ts';
import type { Happenings } from './conversation-events.ts';
import { ConversationLink, type LinkOptions } from './conversation-link.ts';
import type { StoredConversation } from './conversation-store.ts';
import type { GoneMessage } from './gone-messages.ts';
import type { OutboxEntry } from './outbox.ts';
import { TypingSignal } from './typing.ts';
import type { Ladder, Reach } from './watermarks.ts';

export type ConversationOptions = Omit<LinkOptions, 'tell' | 'about' | 'stored'> & {
  emit: <Name extends keyof Happenings>(
    name: Name,
    payload: Happenings[Name] & { conversation: Conversation },
  ) => void;
};

/** One group or DM as this device holds it: its history, who is there, and what is still to be sent. */
export class Conversation {
  readonly topic: string;
  readonly kind: ConversationKind;
  readonly id: string;
  /** What the client drives; not for faces. */
  readonly link: ConversationLink;
  readonly #options: ConversationOptions;
  readonly #typing: TypingSignal;

  constructor(about: ConversationObject, options: ConversationOptions, stored?: StoredConversation) {
    this.kind = about.kind;
    this.id = about.id;
    this.topic = conversationTopic(about.kind, about.id);
    this.#options = options;
    this.#typing = new TypingSignal(options.platform.clock, (on) => options.channel.signal('typing', { on }));
    this.link = new ConversationLink({
      ...options,
      about,
      stored,
      tell: (name, payload) => options.emit(name, { ...payload, conversation: this as Conversation }),
    });
  }

  /** The group or DM itself. */
  get about(): ConversationObject {
    return this.link.view.about;
  }

  get joined(): boolean {
    return this.#options.channel.state === 'joined';
  }

  /** Everything up to here is held or was; undefined until the first join. */
  get lastSeq(): number | undefined {
    return this.link.sync.lastSeq;
  }

  get readSeq(): number {
    return this.link.readMark.seq;
  }

  /** Ascending by `seq`, the newest part of the conversation; the same array until it changes. `loadOlder` brings more. */
  get messages(): readonly MessageObject[] {
    return this.link.view.messages;
  }

  /** What this device had and the server does not have any more, ascending: a restored backup replaced its history. */
  get gone(): readonly GoneMessage[] {
    return this.link.gone;
  }

  /** Where this device holds it. */
  find(messageId: string): MessageObject | undefined {
    return this.link.view.find(messageId);
  }

  /** What this device has to send: being sent, or failed. Shown after `messages`. */
  get outbox(): readonly OutboxEntry[] {
    return this.link.outbox.entries;
  }

  /** Of others, after my read mark, among `messages`. */
  get unread(): number {
    const { me } = this.#options;
    let unread = 0;
    // From the newest back: only what is unread is looked at.
    for (let at = this.messages.length - 1; at >= 0; at--) {
      const message = this.messages[at];
      if (!message || message.seq <= this.readSeq) break;
      if (message.sender_id !== me) unread++;
    }
    return unread;
  }

  /** Whether all that is unread is among `messages`: after a long absence only the newest page of it is. */
  get holdsUnread(): boolean {
    const oldest = this.messages[0]?.seq ?? 1;
    const firstUnread = Math.max(this.readSeq + 1, this.about.first_seq);
    return oldest <= firstUnread || this.link.history.isWhole;
  }

  /** How often others had called this user by name, unread, when the connection opened. */
  get mentionCount(): number {
    return this.link.mentionCount;
  }

  /** How far one's own message has got: `sent`, then `delivered` to all others, then `read` by all. */
  ladderOf(message: MessageObject): Ladder {
    return this.link.receipts.ladderOf(message);
  }

  reachOf(message: MessageObject): Reach {
    return this.link.receipts.reachOf(message);
  }

  get typingUserIds(): string[] {
    return this.link.room.typingUserIds;
  }

  /** In a large room empty: then there is only `onlineCount`. */
  get onlineUsers(): OnlineUser[] {
    return this.link.room.presence.users;
  }

  get onlineCount(): number {
    return this.link.room.presence.online;
  }

  /** True once everything up to `seq` is held, false where it has not come in time. */
  async heldUpTo(seq: number, withinMs = 5_000): Promise<boolean> {
    return (this.lastSeq ?? 0) >= seq || (await this.link.waiters.wait(seq, withinMs));
  }

  /**
   * One message as it is now, asked for; undefined where that `seq` is no message. `lastSeq`: the log's end by then.
   * @throws {Refusal} @throws {NetworkError}
   */
  async messageAt(seq: number): Promise<{ message: MessageObject | undefined; lastSeq: number }> {
    const query = { after: seq - 1, limit: 1 };
    const { messages, last_seq } = await this.#options.rest.messages.history(this.kind, this.id, query);
    return { message: messages.find((message) => message.seq === seq), lastSeq: last_seq };
  }

  /** Resolves once joined and caught up with what the join announced. */
  ready(): Promise<void> {
    return this.link.ready();
  }

  sendText(text: string, more: Pick<NewMessage, 'reply_to' | 'encryption'> = {}): Promise<OutboxEntry> {
    return this.send({ type: 'text', content: { text }, ...more });
  }

  /** Resolves when the message is safe on this device. What becomes of it comes as `outbox` events. */
  async send(message: Omit<NewMessage, 'client_id'>): Promise<OutboxEntry> {
    const { clock, random } = this.#options.platform;
    this.#typing.stopped();
    return await this.link.outbox.add(newClientId(clock.now(), random), message);
  }

  resend(clientId: string): Promise<void> {
    return this.link.outbox.resend(clientId);
  }

  /** False where there is nothing failed by that id. */
  discard(clientId: string): Promise<boolean> {
    return this.link.outbox.discard(clientId);
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async edit(messageId: string, text: string): Promise<MessageObject> {
    return await this.link.change('edit', { id: messageId, content: { text } });
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async delete(messageId: string): Promise<MessageObject> {
    return await this.link.change('delete', { id: messageId });
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async react(messageId: string, emoji: string, on = true): Promise<void> {
    await this.#options.channel.push('react', { id: messageId, emoji, on });
  }

  /** @throws {Refusal} @throws {NetworkError} */
  async ping(): Promise<void> {
    await this.#options.channel.push('ping', {});
  }

  /** At every key; the frames are few. */
  typed(): void {
    this.#typing.typed();
  }

  stoppedTyping(): void {
    this.#typing.stopped();
  }

  /** Everything up to `seq`, or all there is. Told to the server now, or with the next connection. */
  markRead(seq = this.lastSeq ?? 0): Promise<void> {
    return this.link.readMark.move(seq);
  }

  /** Older messages into `messages`. True where there is more. @throws {Refusal} @throws {NetworkError} */
  loadOlder(limit = 50): Promise<boolean> {
    return this.link.history.loadOlder(limit, this.lastSeq ?? 0);
  }
}
