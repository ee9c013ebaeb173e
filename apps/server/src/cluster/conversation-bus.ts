import type { ConversationId } from '@tpx/protocol';
import type { Bus } from './bus.ts';
import { type ConversationNews, conversationSubject, decodeNews, encodeNews } from './conversation-news.ts';

type Deps = {
  bus: Bus;
  /** Another node tells of a conversation that this one listens to. */
  receive(id: ConversationId, news: ConversationNews): void;
  /** Something may have been missed. */
  doubt(): void;
  /** The node listens to a conversation that it did not listen to. */
  began(id: ConversationId): void;
};

/** A subject a conversation: this node listens while it serves it, and tells of it whoever else does. */
export class ConversationBus {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Resolves once nothing that other nodes tell from now on can be missed: what was committed before that is in
   * Postgres, to be read afterwards (spec CLU-5). Where the bus is away it resolves all the same.
   */
  async listen(id: ConversationId): Promise<void> {
    const { bus, receive, doubt, began } = this.#deps;
    bus.subscribe(conversationSubject(id), (text) => {
      const news = decodeNews(text);
      if (news) receive(id, news);
    });
    // One that is away makes everything doubtful by itself when it is back.
    if (!(await bus.confirm()) && bus.isUp) doubt();
    began(id);
  }

  unlisten(id: ConversationId): void {
    this.#deps.bus.unsubscribe(conversationSubject(id));
  }

  tell(id: ConversationId, news: ConversationNews): void {
    this.#deps.bus.publish(conversationSubject(id), encodeNews(news));
  }
}
