import { type UserEvents, type UserId, userTopic } from '@tpx/protocol';
import type { Announcer, Change, LogEntry } from './announcer.ts';
import type { LiveConversations } from './live-conversations.ts';
import type { LocalFanout } from './local-fanout.ts';

type Deps = { live: LiveConversations; fanout: LocalFanout; apply(change: Change): void };

/** Announces within one node. */
export class NodeAnnouncer implements Announcer {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  logged(entry: LogEntry): void {
    this.#deps.live.offer(entry);
  }

  changed(change: Change): void {
    this.#deps.apply(change);
  }

  signalUser<Name extends keyof UserEvents>(userId: UserId, event: Name, payload: UserEvents[Name]): void {
    const topic = userTopic(userId);
    this.#deps.fanout.publish(topic, topic, event, payload);
  }
}
