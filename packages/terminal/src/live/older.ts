import type { Client, Conversation } from '@tpx/sdk';

/** Pages of history before those held, one at a time, when somebody has scrolled near them. */
export class Older {
  readonly #client: Client;
  readonly #ended = new Set<string>();
  readonly #loading = new Set<string>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Whether there is more to be had. */
  has(topic: string): boolean {
    const conversation = this.#client.conversation(topic);
    if (!conversation?.joined || this.#ended.has(topic)) return false;
    const oldest = conversation.messages[0];
    return oldest === undefined || oldest.seq > conversation.about.first_seq;
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
        if (!hasMore) this.#ended.add(topic);
      },
      // The next scroll tries again.
      () => this.#loading.delete(topic),
    );
  }
}
