import type { ConversationObject, LogEvent, MessageObject, SystemContent } from '@tpx/protocol';
import { applyNotice } from './apply-notice.ts';
import type { Tell } from './conversation-events.ts';
import type { MessageCache } from './message-cache.ts';

export type LogViewOptions = {
  me: string;
  about: ConversationObject;
  cache: MessageCache;
  tell: Tell;
  /** People whose messages this user does not want to see. */
  blocked: () => ReadonlySet<string>;
  /** Of every message, own ones included, before it is told. */
  onMessage: (message: MessageObject) => void;
  /** Left, kicked or banned: their marks no longer count. */
  onMemberGone: (userId: string, event: string) => void;
};

const GONE = new Set<string>(['member_left', 'member_kicked', 'member_banned']);

/** What the log's events, in their order, make of a conversation: its messages and the conversation itself. */
export class LogView {
  readonly #options: LogViewOptions;
  #about: ConversationObject;
  /** What `messages` gave last, and for what: it is asked for far more often than it changes. */
  #shown:
    | { of: readonly MessageObject[]; blocked: ReadonlySet<string>; messages: readonly MessageObject[] }
    | undefined;

  constructor(options: LogViewOptions) {
    this.#options = options;
    this.#about = options.about;
  }

  get about(): ConversationObject {
    return this.#about;
  }

  set about(about: ConversationObject) {
    this.#about = about;
    this.#options.tell('changed', { seq: undefined });
  }

  /** The same array until something in it changes. */
  get messages(): readonly MessageObject[] {
    const of = this.#options.cache.messages;
    const blocked = this.#options.blocked();
    if (this.#shown?.of !== of || this.#shown.blocked !== blocked) {
      const messages = blocked.size === 0 ? of : of.filter((message) => this.isShown(message));
      this.#shown = { of, blocked, messages };
    }
    return this.#shown.messages;
  }

  find(id: string): MessageObject | undefined {
    const message = this.#options.cache.find(id);
    return message && this.isShown(message) ? message : undefined;
  }

  /** In groups the blocked stay, and only their messages are hidden; a DM with them is history. */
  isShown({ sender_id, type }: MessageObject): boolean {
    return this.#about.kind === 'dm' || type === 'system' || !this.#options.blocked().has(sender_id);
  }

  apply(event: LogEvent): void {
    const { cache, tell } = this.#options;
    const message = cache.apply(event);
    switch (event.event) {
      case 'message':
        this.#message(event.payload.message);
        return;
      case 'edited':
        if (this.isShown(event.payload.message)) tell('edited', event.payload);
        return;
      case 'deleted':
        tell('deleted', { ...event.payload, message });
        return;
      case 'reaction':
        tell('reaction', { ...event.payload, message });
        return;
    }
  }

  #message(message: MessageObject): void {
    const { me, onMessage, onMemberGone, tell } = this.#options;
    const about = applyNotice(this.#about, message, me);
    const changed = about !== this.#about;
    this.#about = about;
    if (message.type === 'system' && message.content !== null) {
      const { event, user_id, actor_id } = message.content as SystemContent;
      if (GONE.has(event)) onMemberGone(user_id ?? actor_id, event);
    }
    onMessage(message);
    if (this.isShown(message)) tell('message', { message });
    if (changed) tell('changed', { seq: message.seq });
  }
}
