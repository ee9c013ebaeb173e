import { type ConversationObject, conversationTopic } from '@tpx/protocol';
import { Conversation, type ConversationOptions } from '../conversation/conversation.ts';
import { loadConversations, type StoredConversation } from '../conversation/conversation-store.ts';
import type { PhoenixSocket } from '../socket/socket.ts';
import type { Storage } from '../storage/storage.ts';

export type ConversationsOptions = Omit<ConversationOptions, 'channel'> & {
  storage: Storage;
  socket: PhoenixSocket;
  /** phx_error: the channel broke; joining again may help. */
  onBroken: (conversation: Conversation) => void;
};

/** The conversations of the signed-in user on this device, by topic. */
export class Conversations {
  readonly #options: ConversationsOptions;
  readonly #byTopic = new Map<string, Conversation>();

  constructor(options: ConversationsOptions) {
    this.#options = options;
  }

  /** The one where something happened last comes first. */
  get all(): Conversation[] {
    const latest = (one: Conversation) => one.link.lastActivity;
    return [...this.#byTopic.values()].sort((a, b) => (latest(a) < latest(b) ? 1 : -1));
  }

  get(topic: string): Conversation | undefined {
    return this.#byTopic.get(topic);
  }

  async load(): Promise<void> {
    for (const stored of await loadConversations(this.#options.storage)) {
      await this.#create(stored.about, stored).link.outbox.load();
    }
  }

  /** The one there is, or a new one. */
  ensure(about: ConversationObject): { conversation: Conversation; isNew: boolean } {
    const known = this.#byTopic.get(conversationTopic(about.kind, about.id));
    return known ? { conversation: known, isNew: false } : { conversation: this.#create(about), isNew: true };
  }

  async remove(topic: string, why: string): Promise<Conversation | undefined> {
    const conversation = this.#byTopic.get(topic);
    if (!conversation) return undefined;
    this.#byTopic.delete(topic);
    this.#options.socket.forget(topic);
    await conversation.link.removed(why);
    return conversation;
  }

  disconnected(): void {
    for (const { link } of this.#byTopic.values()) link.disconnected();
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#byTopic.values()].map(({ link }) => link.flush()));
  }

  #create(about: ConversationObject, stored?: StoredConversation): Conversation {
    const topic = conversationTopic(about.kind, about.id);
    const channel = this.#options.socket.channel(topic);
    const conversation = new Conversation(about, { ...this.#options, channel }, stored);
    this.#byTopic.set(topic, conversation);
    channel.events.on('broken', () => {
      conversation.link.disconnected();
      this.#options.onBroken(conversation);
    });
    channel.events.on('closed', () => conversation.link.disconnected());
    return conversation;
  }
}
