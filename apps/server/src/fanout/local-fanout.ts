import { encodeTextPush, RawJson } from '@tpx/protocol';

/** A reader that the native publish does not reach: it takes frames one by one (long poll; TCP). */
export interface Listener {
  push(topic: string, event: string, payload: unknown): void;
}

/** What Bun's server gives for native fan-out. */
export interface NativePublisher {
  publish(room: string, frame: string): void;
}

/**
 * Fan-out within this node. A `room` is what readers subscribe to; the frame in it carries its own topic, so that a
 * topic may have several rooms (its log, its presence). A frame is encoded once.
 */
export class LocalFanout {
  readonly #native: NativePublisher;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(native: NativePublisher) {
    this.#native = native;
  }

  publish(room: string, topic: string, event: string, payload: unknown, except?: Listener): void {
    this.#native.publish(room, encodeTextPush(topic, event, payload));
    this.publishToListeners(room, topic, event, payload, except);
  }

  /** The same for a payload that is JSON already. */
  publishJson(room: string, topic: string, event: string, payload: string): void {
    this.publish(room, topic, event, new RawJson(payload));
  }

  publishToListeners(room: string, topic: string, event: string, payload: unknown, except?: Listener): void {
    const listeners = this.#listeners.get(room);
    if (!listeners) return;
    for (const listener of listeners) if (listener !== except) listener.push(topic, event, payload);
  }

  listen(room: string, listener: Listener): void {
    const listeners = this.#listeners.get(room);
    if (listeners) listeners.add(listener);
    else this.#listeners.set(room, new Set([listener]));
  }

  unlisten(room: string, listener: Listener): void {
    const listeners = this.#listeners.get(room);
    if (listeners?.delete(listener) && listeners.size === 0) this.#listeners.delete(room);
  }
}
