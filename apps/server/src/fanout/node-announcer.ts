import { type ConversationId, type UserEvents, type UserId, userTopic } from '@tpx/protocol';
import type { Announcer, Change, LogEntry } from './announcer.ts';
import type { LiveConversations } from './live-conversations.ts';
import type { LocalFanout } from './local-fanout.ts';

type Deps = {
  live: LiveConversations;
  fanout: LocalFanout;
  apply(change: Change): void;
  /** The log of a conversation has grown, or may have. */
  grown(conversationId: ConversationId): void;
};

/** Announces within one node. */
export class NodeAnnouncer implements Announcer {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  logged(entry: LogEntry): void {
    this.#deps.live.offer(entry);
    this.#deps.grown(entry.conversationId);
  }

  inDoubt(conversationId: ConversationId): void {
    this.#deps.live.inDoubt(conversationId);
    this.#deps.grown(conversationId);
  }

  changed(change: Change): void {
    this.#deps.apply(change);
  }

  signalUser<Name extends keyof UserEvents>(userId: UserId, event: Name, payload: UserEvents[Name]): void {
    const topic = userTopic(userId);
    this.#deps.fanout.publish(topic, topic, event, payload);
  }
}
