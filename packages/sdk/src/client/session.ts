import { CLOSE_CODES, type OwnUserObject, type UserEvents } from '@tpx/protocol';
import type { Emitter } from '../emitter.ts';
import type { Platform } from '../platform.ts';
import type { Rest } from '../rest/rest.ts';
import { PhoenixSocket } from '../socket/socket.ts';
import type { Storage } from '../storage/storage.ts';
import { SignedOutError, type SignedOutReason } from '../trouble.ts';
import type { ClientEvents } from './client-events.ts';
import { Connector } from './connector.ts';
import { Conversations } from './conversations.ts';

export type SessionOptions = {
  serverUrl: string;
  me: OwnUserObject;
  rest: Rest;
  storage: Storage;
  platform: Platform;
  events: Emitter<ClientEvents>;
  cacheLimit: number;
  token: (suspect: string | undefined) => Promise<string>;
  onGuessed: (at: string) => void;
  onRevoked: (reason: SignedOutReason) => void;
  onSent: (ms: number) => void;
};

const WHY: Record<string, string> = {
  left: 'You have left.',
  kicked: 'You were removed from the group.',
  banned: 'You are banned from this group.',
  deleted: 'The group was deleted.',
  not_member: 'You are not a member of this conversation.',
  not_found: 'This conversation is gone.',
};

/** A signed-in user's connection and conversations, from signing in to signing out. */
export class Session {
  readonly meId: string;
  readonly conversations: Conversations;
  readonly socket: PhoenixSocket;
  readonly #options: SessionOptions;
  readonly #connector: Connector;
  #blocked: ReadonlySet<string>;

  constructor(options: SessionOptions) {
    const { serverUrl, me, platform, rest, storage, events, cacheLimit, token } = options;
    this.meId = me.id;
    this.#options = options;
    this.#blocked = new Set(me.blocked_users);
    this.socket = new PhoenixSocket({ serverUrl, platform, token });
    this.conversations = new Conversations({
      me: me.id,
      rest,
      storage,
      platform,
      cacheLimit,
      onSent: options.onSent,
      socket: this.socket,
      emit: (name, payload) => events.emit(name, payload as ClientEvents[typeof name]),
      blocked: () => this.#blocked,
      onBroken: (conversation) =>
        void this.#connector.join(conversation).catch(() => this.socket.drop('join failed')),
    });
    this.#connector = new Connector({
      me: me.id,
      socket: this.socket,
      conversations: this.conversations,
      rest,
      platform,
      onUserEvent: (event, payload) => this.#userEvent(event as keyof UserEvents, payload),
      onOnline: () => events.emit('connection', { state: 'online' }),
      onAdded: (conversation) => events.emit('conversation_added', { conversation }),
      onGone: (topic, reason) => this.#remove(topic, reason),
    });
    this.socket.events.on('lost', ({ retryInMs, reason }) =>
      events.emit('connection', { state: 'waiting', retryInMs, why: reason }),
    );
    this.socket.events.on('lag', (lag) => events.emit('lag', lag));
    this.socket.events.on('refused', ({ error, code }) => this.#refused(error, code));
  }

  set blocked(userIds: Iterable<string>) {
    this.#blocked = new Set(userIds);
  }

  connect(): void {
    if (this.socket.state !== 'idle') return;
    this.#options.events.emit('connection', { state: 'connecting' });
    this.socket.connect();
  }

  async close(): Promise<void> {
    this.#connector.close();
    this.socket.disconnect();
    await this.conversations.flush();
    this.#options.events.emit('connection', { state: 'offline' });
  }

  /** The one there is, or a new one that is joined from now on. */
  ensure(about: Parameters<Conversations['ensure']>[0]) {
    const { conversation, isNew } = this.conversations.ensure(about);
    if (isNew) this.#options.events.emit('conversation_added', { conversation });
    // Not connected: the next connection joins it with the others.
    if (!conversation.joined && this.socket.state === 'open') {
      this.#connector.join(conversation).catch(() => this.socket.drop('join failed'));
    }
    return conversation;
  }

  async #remove(topic: string, reason: string): Promise<void> {
    const conversation = await this.conversations.remove(topic, WHY[reason] ?? reason);
    if (conversation) this.#options.events.emit('conversation_removed', { conversation, reason });
  }

  #refused(error: Error, code: number | undefined): void {
    const { events, onRevoked } = this.#options;
    events.emit('connection', { state: 'offline' });
    if (code === CLOSE_CODES.session_revoked.code) onRevoked('session_revoked');
    // Losing the session has been told by whoever keeps the tokens.
    else if (!(error instanceof SignedOutError)) events.emit('refused', { error });
  }

  #userEvent(event: keyof UserEvents, payload: unknown): void {
    const { events } = this.#options;
    switch (event) {
      case 'conversation_added':
        this.ensure((payload as UserEvents['conversation_added']).conversation);
        return;
      case 'conversation_removed': {
        const { topic, reason } = payload as UserEvents['conversation_removed'];
        void this.#remove(topic, reason);
        return;
      }
      case 'password_guessed':
        this.#options.onGuessed((payload as UserEvents['password_guessed']).at);
        return;
      case 'read_marker': {
        const { topic, read_seq } = payload as UserEvents['read_marker'];
        this.conversations.get(topic)?.link.readMark.movedElsewhere(read_seq);
        return;
      }
      case 'receipt_summary': {
        const { id, topic, ...reach } = payload as UserEvents['receipt_summary'];
        this.conversations.get(topic)?.link.summarized(id, reach);
        return;
      }
      case 'session_revoked':
        this.#options.onRevoked('session_revoked');
        return;
      case 'media_ready':
      case 'media_failed':
        events.emit(event, payload as UserEvents['media_ready']);
        return;
      case 'ping':
        // The conversation's own topic has told it: every conversation is joined.
        return;
    }
  }
}
