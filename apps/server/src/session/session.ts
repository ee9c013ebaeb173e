import {
  type Frame,
  LIMITS,
  MalformedFrame,
  PHOENIX_TOPIC,
  PHX,
  type Ref,
  Refusal,
  type SessionId,
  type UserId,
} from '@tpx/protocol';
import type { Channel } from '../channels/channel.ts';
import type { ChannelHandlers, ChannelSession } from '../channels/channel-session.ts';
import { JoinedChannels } from '../channels/joined-channels.ts';
import { notJoined } from '../channels/not-joined.ts';
import type { Connection } from '../fanout/connection.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';

type Deps = {
  channels: ChannelHandlers;
  limiter: Pick<RateLimiter, 'take'>;
  onUnexpected: (error: unknown, session: Session) => void;
};

/** How the input of a transport becomes a frame. Both throw `MalformedFrame`. */
export type FrameDecoder<Input> = {
  decode(input: Input): Frame;
  /** The frame with an empty payload: what the answer to one that is refused unread needs. */
  decodeHead(input: Input): Frame;
};

/** One connected device of one user. Frames come in here from any transport, in the order in which they were sent. */
export class Session implements ChannelSession {
  readonly userId: UserId;
  readonly deviceId: SessionId;
  readonly connection: Connection;
  readonly channels = new JoinedChannels();
  /** The registry's to fill in. */
  devices: ReadonlySet<Session> | undefined;
  hiddenUsers: ReadonlySet<string> | undefined;
  accessVersion = 0;
  readonly #deps: Deps;
  /** Topics whose join is under way, with the join that will count. */
  #joining: Map<string, Frame> | undefined;
  /** Inputs that were no frame, so far. */
  #malformed = 0;
  #closed = false;

  constructor(deps: Deps, userId: UserId, deviceId: SessionId, connection: Connection) {
    this.#deps = deps;
    this.userId = userId;
    this.deviceId = deviceId;
    this.connection = connection;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** What the client sent, by any transport; input that is no frame is refused (spec WS-8). */
  receive<Input extends { readonly length: number }>(input: Input, decoder: FrameDecoder<Input>): void {
    let frame: Frame;
    try {
      if (input.length > LIMITS.frameBytesPerToken && !this.#paysFor(input, decoder)) return;
      frame = decoder.decode(input);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      const refusal = this.#orRateLimited(new Refusal('invalid', error.message));
      this.connection.push(PHOENIX_TOPIC, PHX.error, refusal.toBody());
      if (++this.#malformed >= LIMITS.malformedFramesMax) this.connection.close('too_many_malformed');
      return;
    }
    this.handle(frame);
  }

  /** A large frame is charged by its size before it is read; one that is over the limit is answered (spec WS-24). */
  #paysFor<Input extends { readonly length: number }>(input: Input, decoder: FrameDecoder<Input>): boolean {
    try {
      const tokens = Math.floor(input.length / LIMITS.frameBytesPerToken);
      this.#deps.limiter.take('frame', this.userId, tokens);
      return true;
    } catch (error) {
      this.#refuse(decoder.decodeHead(input), error);
      return false;
    }
  }

  /** A frame that reaches no event has no bucket of its own: the refusal of it takes a token, too (spec WS-24). */
  #orRateLimited(refusal: Refusal): Refusal {
    try {
      this.#deps.limiter.take('frame', this.userId);
      return refusal;
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  /** Never throws: what goes wrong with one frame is answered, and at worst ends this session (spec WS-9). */
  handle(frame: Frame): void {
    try {
      switch (frame.event) {
        case PHX.heartbeat:
          this.#reply(frame, {});
          break;
        case PHX.join:
          void this.#join(frame);
          break;
        case PHX.leave:
          this.#leave(frame);
          break;
        default:
          this.#push(frame);
      }
    } catch (error) {
      this.#refuse(frame, error);
    }
  }

  async #join(frame: Frame): Promise<void> {
    try {
      this.#deps.limiter.take('join', this.userId);
      if (this.channels.size + (this.#joining?.size ?? 0) >= LIMITS.topicsPerSession) {
        throw new Refusal('too_large', `A connection joins at most ${LIMITS.topicsPerSession} topics.`);
      }
      const before = this.channels.get(frame.topic);
      // A second join of a topic replaces the first (spec WS-6).
      if (before) this.closeChannel(before);
      this.#joining ??= new Map();
      this.#joining.set(frame.topic, frame);
      await this.#deps.channels.join(this, frame);
    } catch (error) {
      this.#refuse(frame, error);
    } finally {
      if (this.#joining?.get(frame.topic) === frame) this.#joining.delete(frame.topic);
      // Nearly always it was the only one, and an empty map for each connection adds up.
      if (this.#joining?.size === 0) this.#joining = undefined;
    }
  }

  wants(frame: Frame): boolean {
    return !this.#closed && this.#joining?.get(frame.topic) === frame;
  }

  /** A leave of an earlier join is answered, and changes nothing (spec WS-18). */
  #leave(frame: Frame): void {
    const joining = this.#joining?.get(frame.topic);
    if (joining && isFor(frame, joining)) this.#joining?.delete(frame.topic);
    const channel = this.channels.get(frame.topic);
    const left = channel !== undefined && isFor(frame, channel);
    if (!left && !joining) this.#deps.limiter.take('frame', this.userId);
    if (left) {
      this.channels.remove(frame.topic);
      this.#deps.channels.leave(this, channel);
    }
    this.#reply(frame, {});
    if (left) this.connection.push(frame.topic, PHX.close, {}, channel.joinRef);
  }

  #push(frame: Frame): void {
    const channel = this.channels.get(frame.topic);
    // Phoenix's own answer to a push outside of a joined channel, with our code beside its reason.
    if (!channel || !isFor(frame, channel)) {
      const refusal = this.#orRateLimited(notJoined());
      this.#answer(frame, 'error', { reason: 'unmatched topic', ...refusal.toBody() });
      return;
    }
    const response = this.#deps.channels.push(this, channel, frame);
    if (!(response instanceof Promise)) this.#reply(frame, response);
    else
      response.then(
        (value) => this.#reply(frame, value),
        (error) => this.#refuse(frame, error),
      );
  }

  #reply(frame: Frame, response: unknown): void {
    this.#answer(frame, 'ok', response);
  }

  #refuse(frame: Frame, error: unknown): void {
    if (!(error instanceof Refusal)) this.#deps.onUnexpected(error, this);
    const refusal = error instanceof Refusal ? error : new Refusal('internal');
    this.#answer(frame, 'error', refusal.toBody());
  }

  #answer(frame: Frame, status: 'ok' | 'error', response: unknown): void {
    // Without a ref nobody waits for the answer (spec WS-5).
    if (frame.ref !== null && !this.#closed) this.connection.reply(frame, status, response);
  }

  closeChannel(channel: Channel): void {
    if (this.channels.get(channel.topic) !== channel) return;
    this.channels.remove(channel.topic);
    this.#deps.channels.leave(this, channel);
    this.connection.push(channel.topic, PHX.close, {}, channel.joinRef);
  }

  /** The transport says that the connection has gone. */
  disconnected(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const channel of this.channels.all()) this.#deps.channels.dropped(this, channel);
    this.channels.clear();
  }
}

/** A frame of an earlier join of the topic is not for the one that counts now. */
function isFor({ joinRef }: Frame, join: { joinRef: Ref }): boolean {
  if (joinRef === null || joinRef === join.joinRef) return true;
  // A binary frame has a number as its digits.
  return join.joinRef !== null && String(joinRef) === String(join.joinRef);
}
