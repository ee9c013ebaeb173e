/** What the SDK needs of the world around it; tests pass their own clock and random source. */
export type Platform = {
  fetch: FetchLike;
  WebSocket: WebSocketConstructor;
  clock: Clock;
  /** In [0, 1), as Math.random. */
  random: () => number;
};

export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `callback` once after `ms`; the function returned cancels it. */
  after(ms: number, callback: () => void): () => void;
};

export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** The part of the WHATWG WebSocket that every platform has in common. */
export type WebSocketLike = {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
};
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/** @throws where the platform has no WebSocket and none was given (Node 20). */
export function resolvePlatform(given: { [Part in keyof Platform]?: Platform[Part] | undefined }): Platform {
  const WebSocket = given.WebSocket ?? (globalThis.WebSocket as WebSocketConstructor | undefined);
  if (!WebSocket)
    throw new Error('There is no WebSocket here: pass one as the option `WebSocket` (for Node 20, of `ws`).');
  return {
    WebSocket,
    // Called through globalThis: browsers refuse a fetch that has lost its `this`.
    fetch: given.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    clock: given.clock ?? systemClock,
    random: given.random ?? Math.random,
  };
}
