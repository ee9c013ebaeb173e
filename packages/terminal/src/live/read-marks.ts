import type { Clock, Conversation } from '@tpx/sdk';

/** In a busy room a mark a second is enough, as the server sends them on. */
const EVERY_MS = 1_000;

/** What is seen is marked as read: at once where nothing was marked just before, else together. */
export class ReadMarks {
  readonly #clock: Clock;
  readonly #waiting = new Map<Conversation, () => void>();
  readonly #markedAt = new Map<Conversation, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  seen(conversation: Conversation): void {
    if (this.#waiting.has(conversation) || (conversation.lastSeq ?? 0) <= conversation.readSeq) return;
    const since = this.#clock.now() - (this.#markedAt.get(conversation) ?? 0);
    if (since >= EVERY_MS) {
      this.#mark(conversation);
      return;
    }
    this.#waiting.set(
      conversation,
      this.#clock.after(EVERY_MS - since, () => {
        this.#waiting.delete(conversation);
        this.#mark(conversation);
      }),
    );
  }

  /** Nobody looks at it any more: what waits is marked now. */
  left(conversation: Conversation): void {
    const cancel = this.#waiting.get(conversation);
    if (!cancel) return;
    cancel();
    this.#waiting.delete(conversation);
    this.#mark(conversation);
  }

  close(): void {
    for (const conversation of [...this.#waiting.keys()]) this.left(conversation);
  }

  #mark(conversation: Conversation): void {
    this.#markedAt.set(conversation, this.#clock.now());
    // A refusal here means that the membership has just ended; the conversation's own end says so.
    conversation.markRead().catch(() => undefined);
  }
}
