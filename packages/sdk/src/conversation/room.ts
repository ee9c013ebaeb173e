import type { ReceiptObject, SignalEvents } from '@tpx/protocol';
import type { Clock } from '../platform.ts';
import { Presence } from '../socket/presence.ts';
import type { Tell } from './conversation-events.ts';
import { TypingUsers } from './typing.ts';

export type RoomOptions = {
  clock: Clock;
  tell: Tell;
  blocked: () => ReadonlySet<string>;
  onReceipts: (receipts: ReceiptObject[]) => void;
};

/** What is told and not kept: who is there, who is typing, pings, marks. */
export class Room {
  readonly presence = new Presence();
  readonly #options: RoomOptions;
  readonly #typing: TypingUsers;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#typing = new TypingUsers(options.clock, () =>
      options.tell('typing', { userIds: this.typingUserIds }),
    );
  }

  get typingUserIds(): string[] {
    return this.#typing.users.filter((userId) => !this.#options.blocked().has(userId));
  }

  /** A broadcast that is no event of the log. What is unknown here is of a newer server, and passed over. */
  received(event: string, payload: unknown): void {
    switch (event as keyof SignalEvents) {
      case 'presence_state':
        this.presence.state(payload as SignalEvents['presence_state']);
        this.#presenceChanged();
        return;
      case 'presence_diff':
        this.presence.diff(payload as SignalEvents['presence_diff']);
        this.#presenceChanged();
        return;
      case 'presence_count':
        this.presence.count((payload as SignalEvents['presence_count']).online);
        this.#presenceChanged();
        return;
      case 'typing': {
        const { user_id, on } = payload as SignalEvents['typing'];
        this.#typing.set(user_id, on);
        return;
      }
      case 'ping': {
        const { user_id } = payload as SignalEvents['ping'];
        if (!this.#options.blocked().has(user_id)) this.#options.tell('ping', { userId: user_id });
        return;
      }
      case 'receipts':
        this.#options.onReceipts((payload as SignalEvents['receipts']).receipts);
        return;
    }
  }

  /** Somebody's message came: they are not typing it any more. */
  wrote(userId: string): void {
    this.#typing.set(userId, false);
  }

  disconnected(): void {
    this.presence.reset();
    this.#typing.clear();
  }

  #presenceChanged(): void {
    this.#options.tell('presence', { online: this.presence.online });
  }
}
