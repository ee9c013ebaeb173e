import type { MessageObject } from '@tpx/protocol';
import type { OutboxEntry } from '@tpx/sdk';

const KEPT = 2_000;
/** Older than that, a message was fetched and not on its way. */
const LIVE_MS = 10_000;

/**
 * How long messages took, for those who want to see it: one's own from Enter to the acknowledgement; others' from the
 * server's clock to ours, as far as these two agree.
 */
export class Milliseconds {
  readonly #known = new Map<string, number>();

  of(messageId: string): number | undefined {
    return this.#known.get(messageId);
  }

  acknowledged(message: MessageObject, entry: OutboxEntry, now: number): void {
    this.#keep(message.id, now - Date.parse(entry.created_at));
  }

  came(message: MessageObject, now: number): void {
    const took = now - Date.parse(message.created_at);
    if (took >= 0 && took < LIVE_MS && !this.#known.has(message.id)) this.#keep(message.id, took);
  }

  #keep(id: string, ms: number): void {
    this.#known.set(id, ms);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
  }
}
