import { type Frame, PHX } from '@tpx/protocol';
import { Emitter } from '../emitter.ts';
import { NetworkError } from '../trouble.ts';
import { isWellFormed } from './server-frame.ts';
import type { PhoenixSocket } from './socket.ts';

/**
 * `closed`: not joined, or left, or shut by the server for good. `lost`: was joined until the connection or the channel
 * broke; joining again is wanted.
 */
export type ChannelState = 'closed' | 'joining' | 'joined' | 'lost';

export type ChannelEvents = {
  /** Everything that the server broadcasts on the topic, Phoenix's own events excepted. */
  event: { event: string; payload: unknown };
  /** phx_close: the server shut the channel; not to be joined again. */
  closed: undefined;
  /** phx_error: the channel broke on the server's side; may be joined again. */
  broken: undefined;
};

const PUSH_TIMEOUT_MS = 10_000;

/** One topic on the socket. It does not join again by itself: only its owner knows from which `seq`. */
export class Channel {
  readonly topic: string;
  readonly events = new Emitter<ChannelEvents>();
  readonly #socket: PhoenixSocket;
  #state: ChannelState = 'closed';
  #joinRef: string | null = null;

  constructor(topic: string, socket: PhoenixSocket) {
    this.topic = topic;
    this.#socket = socket;
  }

  get state(): ChannelState {
    return this.#state;
  }

  get joinRef(): string | null {
    return this.#joinRef;
  }

  /** Joining what is joined already replaces the join, as in Phoenix. @throws {Refusal} @throws {NetworkError} */
  async join(payload: Record<string, unknown> = {}, timeoutMs = PUSH_TIMEOUT_MS): Promise<unknown> {
    const joinRef = this.#socket.nextRef();
    this.#joinRef = joinRef;
    this.#state = 'joining';
    const frame = { joinRef, topic: this.topic, event: PHX.join, payload };
    try {
      const response = await this.#socket.request(frame, timeoutMs, joinRef);
      if (this.#joinRef !== joinRef)
        throw new NetworkError('disconnected', 'Another join took the place of this one.');
      this.#state = 'joined';
      return response;
    } catch (error) {
      if (this.#joinRef === joinRef) this.#state = error instanceof NetworkError ? 'lost' : 'closed';
      throw error;
    }
  }

  /** Joined by somebody else's frame: a resumed topic lives under the join_ref of its `user:` join. */
  adopt(joinRef: string | null): void {
    this.#joinRef = joinRef;
    this.#state = 'joined';
  }

  /** @throws {Refusal} @throws {NetworkError} at once where the channel is not joined */
  async push(event: string, payload: Record<string, unknown>, timeoutMs = PUSH_TIMEOUT_MS): Promise<unknown> {
    if (this.#state !== 'joined')
      throw new NetworkError('disconnected', 'Not connected to this conversation.');
    return await this.#socket.request(
      { joinRef: this.#joinRef, topic: this.topic, event, payload },
      timeoutMs,
    );
  }

  /** Fire and forget: ref null, so no reply comes. False where the channel is not joined. */
  signal(event: string, payload: Record<string, unknown>): boolean {
    if (this.#state !== 'joined') return false;
    return this.#socket.send({ joinRef: this.#joinRef, ref: null, topic: this.topic, event, payload });
  }

  async leave(): Promise<void> {
    if (this.#state !== 'joined' && this.#state !== 'joining') return;
    const joinRef = this.#joinRef;
    this.#state = 'closed';
    await this.#socket.request(
      { joinRef, topic: this.topic, event: PHX.leave, payload: {} },
      PUSH_TIMEOUT_MS,
    );
  }

  /** Called by the socket. */
  receive(frame: Frame): void {
    // Of an earlier join of the same topic. Broadcasts carry null.
    if (frame.joinRef !== null && frame.joinRef !== this.#joinRef) return;
    switch (frame.event) {
      case PHX.close:
        this.#state = 'closed';
        this.events.emit('closed', undefined);
        return;
      case PHX.error:
        this.#state = 'lost';
        this.events.emit('broken', undefined);
        return;
      default:
        // A log event that is left out here is a gap, which is fetched.
        if (isWellFormed(frame.event, frame.payload))
          this.events.emit('event', { event: frame.event, payload: frame.payload });
    }
  }

  /** Called by the socket. */
  disconnected(): void {
    if (this.#state !== 'closed') this.#state = 'lost';
    this.#joinRef = null;
  }
}
