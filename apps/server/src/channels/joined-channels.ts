import type { Channel } from './channel.ts';

/**
 * The channels of one connection, by topic. Most have one: it is kept without a map, which takes more memory than the
 * channel and, with thousands of connections, a miss of the processor's cache or two for each frame that arrives.
 */
export class JoinedChannels {
  #only: Channel | undefined;
  #many: Map<string, Channel> | undefined;

  get size(): number {
    return this.#many?.size ?? (this.#only ? 1 : 0);
  }

  get(topic: string): Channel | undefined {
    if (this.#many) return this.#many.get(topic);
    return this.#only?.topic === topic ? this.#only : undefined;
  }

  /** Takes the place of the channel of the same topic, if there is one. */
  add(channel: Channel): void {
    if (this.#many) this.#many.set(channel.topic, channel);
    else if (!this.#only || this.#only.topic === channel.topic) this.#only = channel;
    else {
      this.#many = new Map([
        [this.#only.topic, this.#only],
        [channel.topic, channel],
      ]);
      this.#only = undefined;
    }
  }

  remove(topic: string): void {
    if (this.#many) this.#many.delete(topic);
    else if (this.#only?.topic === topic) this.#only = undefined;
  }

  all(): Channel[] {
    if (this.#many) return [...this.#many.values()];
    return this.#only ? [this.#only] : [];
  }

  clear(): void {
    this.#only = undefined;
    this.#many = undefined;
  }
}
