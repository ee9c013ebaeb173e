/** The official client has no types of its own: what the tests use of it. */
declare module 'phoenix' {
  export type Frame = {
    join_ref: string | number | null;
    ref: string | number | null;
    topic: string;
    event: string;
    payload: unknown;
  };

  export const Serializer: {
    encode(frame: Frame, done: (encoded: string | ArrayBuffer) => void): void;
    decode(encoded: string | ArrayBuffer, done: (frame: Frame) => void): void;
  };

  export class Push {
    receive(status: 'ok' | 'error' | 'timeout', callback: (response: unknown) => void): Push;
  }

  export class Channel {
    readonly topic: string;
    readonly state: 'closed' | 'errored' | 'joined' | 'joining' | 'leaving';
    join(timeoutMs?: number): Push;
    leave(timeoutMs?: number): Push;
    push(event: string, payload: object, timeoutMs?: number): Push;
    on(event: string, callback: (payload: unknown) => void): number;
    onClose(callback: (reason: unknown) => void): void;
    onError(callback: (reason: unknown) => void): number;
  }

  export type Transport = new (endPoint: string, protocols?: string[]) => unknown;

  export type SocketOptions = {
    params?: object | (() => object);
    authToken?: string;
    transport?: Transport;
    longPollFallbackMs?: number;
    longpollerTimeout?: number;
    timeout?: number;
    heartbeatIntervalMs?: number;
    reconnectAfterMs?: (tries: number) => number;
    rejoinAfterMs?: (tries: number) => number;
    sessionStorage?: object;
    vsn?: string;
  };

  export class Socket {
    readonly conn: { close(): void } | null;
    readonly transport: Transport;
    constructor(endPoint: string, options?: SocketOptions);
    connect(): void;
    disconnect(callback?: () => void, code?: number, reason?: string): void;
    channel(topic: string, params?: object | (() => object)): Channel;
    isConnected(): boolean;
    onOpen(callback: () => void): string;
    onClose(callback: (event: { code: number; reason: string }) => void): string;
    onError(callback: (error: unknown) => void): string;
    onMessage(callback: (frame: Frame) => void): string;
    ping(callback: (roundTripMs: number) => void): boolean;
  }

  export const LongPoll: Transport;

  export type PresenceEntry = {
    metas: { phx_ref: string; online_at: string; device: string }[];
  };

  export class Presence {
    readonly state: Record<string, PresenceEntry>;
    constructor(channel: Channel);
    onJoin(callback: (key: string, current: PresenceEntry | undefined, joined: PresenceEntry) => void): void;
    onLeave(callback: (key: string, current: PresenceEntry, left: PresenceEntry) => void): void;
    onSync(callback: () => void): void;
    list<Item>(chooser: (key: string, entry: PresenceEntry) => Item): Item[];
  }
}
