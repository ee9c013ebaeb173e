import type { ConversationId, UserEvents, UserId } from '@tpx/protocol';
import type { Announcer, Change, LogEntry } from '../fanout/announcer.ts';
import type { ChangesBus } from './changes-bus.ts';
import type { ConversationBus } from './conversation-bus.ts';
import type { UserSignals } from './user-signals.ts';

type Deps = {
  here: Announcer;
  conversations: ConversationBus;
  users: UserSignals;
  changes: ChangesBus;
  /** Notes a change, so that it is not applied again when it is found. */
  isNew(id: number): boolean;
};

/** Announces on this node and on every other. */
export class ClusterAnnouncer implements Announcer {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  logged(entry: LogEntry): void {
    this.#deps.conversations.tell(entry.conversationId, { type: 'logged', entry });
    this.#deps.here.logged(entry);
  }

  inDoubt(conversationId: ConversationId): void {
    this.#deps.conversations.tell(conversationId, { type: 'doubted' });
    this.#deps.here.inDoubt(conversationId);
  }

  changed(change: Change, id?: number): void {
    if (id !== undefined) this.#deps.isNew(id);
    this.#deps.here.changed(change, id);
    switch (change.type) {
      case 'conversation_updated':
      case 'log_trimmed':
        this.#deps.conversations.tell(change.conversationId, { type: 'changed', change, id });
        return;
      default:
        this.#deps.changes.tell({ change, id });
    }
  }

  signalUser<Name extends keyof UserEvents>(userId: UserId, event: Name, payload: UserEvents[Name]): void {
    this.#deps.here.signalUser(userId, event, payload);
    this.#deps.users.tell(userId, event, JSON.stringify(payload));
  }
}
