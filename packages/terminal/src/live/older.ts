import type { Client, Conversation } from '@tpx/sdk';

/** Pages of history before those held, one at a time, when somebody has scrolled near them. */
export class Older {
  readonly #client: Client;
  /** The oldest message held when there was nothing before it; of a conversation that held none yet it says nothing. */
  readonly #ended = new Map<string, number>();
  readonly #loading = new Set<string>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Whether there is more to be had. */
  has(topic: string): boolean {
    const conversation = this.#client.conversation(topic);
    if (!conversation?.joined) return false;
    const oldest = conversation.messages[0];
    if (oldest === undefined) return true;
    return oldest.seq > conversation.about.first_seq && oldest.seq !== this.#ended.get(topic);
  }

  /** What was removed at the front, or another account's: what is known of ends is not true any more. */
  forget(): void {
    this.#ended.clear();
  }

  load(conversation: Conversation): void {
    const { topic } = conversation;
    if (this.#loading.has(topic) || !this.has(topic)) return;
    this.#loading.add(topic);
    conversation.loadOlder().then(
      (hasMore) => {
        this.#loading.delete(topic);
        const oldest = conversation.messages[0];
        if (!hasMore && oldest) this.#ended.set(topic, oldest.seq);
      },
      // The next scroll tries again.
      () => this.#loading.delete(topic),
    );
  }
}
