import { afterClose, encodeTextFrame, type Frame, PHOENIX_TOPIC, PHX, Refusal } from '@tpx/protocol';
import { Emitter } from '../emitter.ts';
import type { Platform, WebSocketLike } from '../platform.ts';
import { isRetryable, NetworkError } from '../trouble.ts';
import { TAKEN } from '../untrusted/limits.ts';
import { laterDelayMs, RECONNECT, reconnectDelayMs } from './backoff.ts';
import { Channel } from './channel.ts';
import { Heartbeat } from './heartbeat.ts';
import { Replies } from './replies.ts';
import { readServerFrame } from './server-frame.ts';

export type SocketState = 'idle' | 'connecting' | 'open' | 'waiting';

export type SocketEvents = {
  open: undefined;
  /** How long the server took to answer a heartbeat. */
  lag: { ms: number };
  /** The connection is lost, or an attempt failed; the next comes in `retryInMs`. */
  lost: { code: number; reason: string; retryInMs: number };
  /** The server said to stay away, or there is no token to be had. Only `connect()` begins again. */
  refused: { error: Error; code?: number };
};

export type SocketOptions = {
  serverUrl: string;
  /** `suspect` is a token with which connections failed again and again: give another where there is one. */
  token: (suspect: string | undefined) => Promise<string>;
  platform: Platform;
};

const VSN = '2.0.0';
const CONNECT_TIMEOUT_MS = 8_000;
const LOST = 1006;
/** A client may close with 1000 and 3000 to 4999 only. */
const CLOSE_TOO_LARGE = 3009;
/** A handshake that is refused looks to a WebSocket like a server that is not there; then the token is doubted. */
const FAILURES_BEFORE_DOUBT = 2;
const DOUBT_EVERY_MS = 30_000;

/** Phoenix Channels V2 over one WebSocket that is always wanted: it comes back until `disconnect()`. */
export class PhoenixSocket {
  readonly events = new Emitter<SocketEvents>();
  readonly #options: SocketOptions;
  readonly #replies: Replies;
  readonly #heartbeat: Heartbeat;
  readonly #channels = new Map<string, Channel>();
  #state: SocketState = 'idle';
  #socket: WebSocketLike | undefined;
  #token: string | undefined;
  /** Every connection and attempt has its number: what comes late from an earlier one is told by it. */
  #attemptId = 0;
  #failures = 0;
  #openedAt = 0;
  #doubtedAt = Number.NEGATIVE_INFINITY;
  #roundTripMs: number | undefined;
  #refs = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(options: SocketOptions) {
    this.#options = options;
    const { clock } = options.platform;
    this.#replies = new Replies(clock);
    this.#heartbeat = new Heartbeat(
      clock,
      () => this.measureRoundTrip(),
      () => this.drop('no heartbeat'),
    );
  }

  get state(): SocketState {
    return this.#state;
  }

  /** As the last heartbeat found it, on this connection or the one before. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** A heartbeat now: the milliseconds until its answer. @throws {NetworkError} */
  async measureRoundTrip(): Promise<number> {
    const { clock } = this.#options.platform;
    const sentAt = clock.now();
    await this.request({ joinRef: null, topic: PHOENIX_TOPIC, event: PHX.heartbeat, payload: {} }, 15_000);
    this.#roundTripMs = clock.now() - sentAt;
    this.events.emit('lag', { ms: this.#roundTripMs });
    return this.#roundTripMs;
  }

  connect(): void {
    if (this.#state === 'idle') void this.#attempt();
  }

  /** The platform knows that the network is back, or the app woke up: no need to wait for the timer. */
  connectNow(): void {
    if (this.#state === 'waiting') void this.#attempt();
    else if (this.#state === 'open') this.#heartbeat.probe();
  }

  disconnect(): void {
    this.#leave(1000, 'bye');
    this.#state = 'idle';
    this.#failures = 0;
  }

  /** Gives this connection up and makes another. */
  drop(reason: string): void {
    if (this.#state === 'open' || this.#state === 'connecting') this.#lost(LOST, reason);
  }

  channel(topic: string): Channel {
    let channel = this.#channels.get(topic);
    if (!channel) {
      channel = new Channel(topic, this);
      this.#channels.set(topic, channel);
    }
    return channel;
  }

  forget(topic: string): void {
    this.#channels.delete(topic);
  }

  nextRef(): string {
    return String(++this.#refs);
  }

  /** Sends with a ref of its own (or `ref`) and waits for the reply. @throws {Refusal} @throws {NetworkError} */
  async request(frame: Omit<Frame, 'ref'>, timeoutMs: number, ref = this.nextRef()): Promise<unknown> {
    if (!this.send({ ...frame, ref })) throw new NetworkError('disconnected', 'There is no connection.');
    try {
      return await this.#replies.expect(ref, timeoutMs);
    } catch (error) {
      if (error instanceof NetworkError && error.trouble === 'timeout') this.#heartbeat.probe();
      throw error;
    }
  }

  /** Without waiting for anything; false where there is no connection. */
  send(frame: Frame): boolean {
    if (this.#state !== 'open') return false;
    this.#socket?.send(encodeTextFrame(frame));
    return true;
  }

  async #attempt(): Promise<void> {
    const id = ++this.#attemptId;
    const { platform, serverUrl, token } = this.#options;
    this.#state = 'connecting';
    this.#cancelTimer();
    try {
      this.#token = await token(this.#doubtedToken());
    } catch (error) {
      if (id === this.#attemptId) this.#noToken(error);
      return;
    }
    if (id !== this.#attemptId) return;
    const url = `${serverUrl.replace(/^http/, 'ws')}/socket/websocket?vsn=${VSN}`;
    let socket: InstanceType<typeof platform.WebSocket>;
    try {
      socket = new platform.WebSocket(url, ['phoenix', tokenProtocol(this.#token)]);
    } catch (error) {
      // Some platforms refuse at once, as a browser does for ws: on an https: page.
      this.#lost(LOST, String(error));
      return;
    }
    this.#socket = socket;
    this.#cancelTimer = platform.clock.after(CONNECT_TIMEOUT_MS, () =>
      this.#lost(LOST, 'no connection in time'),
    );
    socket.onopen = () => {
      if (id === this.#attemptId) this.#opened();
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (id === this.#attemptId) this.#received(event.data);
    };
    socket.onclose = (event: { code: number; reason: string }) => {
      if (id === this.#attemptId) this.#lost(event.code, event.reason);
    };
    // The close that follows says all there is to say.
    socket.onerror = () => undefined;
  }

  #doubtedToken(): string | undefined {
    const now = this.#options.platform.clock.now();
    if (this.#failures < FAILURES_BEFORE_DOUBT || now - this.#doubtedAt < DOUBT_EVERY_MS) return undefined;
    return this.#token;
  }

  #noToken(error: unknown): void {
    if (!isRetryable(error)) {
      this.#leave(1000, 'bye');
      this.#state = 'idle';
      this.events.emit('refused', { error: error as Error });
      return;
    }
    const retryAfterMs = error instanceof Refusal ? error.retryAfterMs : undefined;
    this.#retry(LOST, (error as Error).message, retryAfterMs);
  }

  #opened(): void {
    this.#cancelTimer();
    this.#state = 'open';
    this.#openedAt = this.#options.platform.clock.now();
    this.#heartbeat.start();
    this.events.emit('open', undefined);
  }

  #received(data: unknown): void {
    if (typeof data === 'string' && data.length > TAKEN.frameMaxLength) {
      this.#tooMuch();
      return;
    }
    const frame = readServerFrame(data);
    if (!frame) return;
    if (frame.event === PHX.reply) {
      if (typeof frame.ref === 'string') this.#replies.settle(frame.ref, frame.payload);
      return;
    }
    this.#channels.get(frame.topic)?.receive(frame);
  }

  /** No server of this protocol sends that: coming back would fetch it again. */
  #tooMuch(): void {
    this.#leave(CLOSE_TOO_LARGE, 'too large');
    this.#state = 'idle';
    const error = new NetworkError(
      'bad_answer',
      `The server sent a frame of more than ${TAKEN.frameMaxLength >> 20} MiB. Is this a TPX server?`,
    );
    this.events.emit('refused', { error });
  }

  #lost(code: number, reason: string): void {
    const { clock } = this.#options.platform;
    const wasOpen = this.#state === 'open';
    if (wasOpen && clock.now() - this.#openedAt >= RECONNECT.steadyMs) this.#failures = 0;
    this.#leave(1000, 'reconnecting');
    if (afterClose(code) === 'stay_away') {
      this.#state = 'idle';
      this.events.emit('refused', {
        code,
        error: new NetworkError('disconnected', reason || `closed with ${code}`),
      });
      return;
    }
    const later =
      afterClose(code) === 'reconnect_later' ? laterDelayMs(this.#options.platform.random) : undefined;
    this.#retry(code, reason, later);
  }

  #retry(code: number, reason: string, delayMs?: number): void {
    const { clock, random } = this.#options.platform;
    const retryInMs = delayMs ?? reconnectDelayMs(this.#failures, random);
    this.#failures++;
    this.#state = 'waiting';
    this.#cancelTimer = clock.after(retryInMs, () => void this.#attempt());
    this.events.emit('lost', { code, reason, retryInMs });
  }

  /** Lets go of the connection, whatever state it is in; nothing of it is heard any more. */
  #leave(code: number, reason: string): void {
    this.#attemptId++;
    this.#cancelTimer();
    this.#heartbeat.stop();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#state = 'waiting';
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(code, reason);
    }
    for (const channel of this.#channels.values()) channel.disconnected();
    this.#replies.fail(new NetworkError('disconnected', 'The connection was lost.'));
  }
}

/** The token as a subprotocol (spec WS-3): proxies log URLs, but not this header. */
function tokenProtocol(token: string): string {
  const base64 = btoa(token).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return `base64url.bearer.phx.${base64}`;
}
