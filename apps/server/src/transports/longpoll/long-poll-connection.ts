import {
  type CloseName,
  encodeTextPush,
  encodeTextReply,
  type Frame,
  LIMITS,
  type Ref,
  type ReplyStatus,
} from '@tpx/protocol';
import type { Connection } from '../../fanout/connection.ts';
import type { LocalFanout } from '../../fanout/local-fanout.ts';

/** What wakes a waiting poll: frames to give it, or the end of the session. */
type Wake = () => void;

/**
 * A client that polls, as a session sees it: frames queue until the next poll takes them. Every frame is text, also the
 * reply to a binary push: an answer is JSON, which has no place for bytes (spec WS-14).
 */
export class LongPollConnection implements Connection {
  readonly #fanout: LocalFanout;
  readonly #ended: () => void;
  readonly #rooms = new Set<string>();
  #queue: string[] = [];
  #unreadBytes = 0;
  #wake: Wake | undefined;
  #closed = false;

  /** `ended` is called once, when this side has closed the connection. */
  constructor(fanout: LocalFanout, ended: () => void) {
    this.#fanout = fanout;
    this.#ended = ended;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  get hasFrames(): boolean {
    return this.#queue.length > 0;
  }

  /** Frames not taken yet, oldest first; they are the caller's from then on. */
  take(): string[] {
    const frames = this.#queue;
    this.#queue = [];
    this.#unreadBytes = 0;
    return frames;
  }

  /** Calls `wake` once, on the next frame or at the end; undefined takes it back. */
  onChange(wake: Wake | undefined): void {
    this.#wake = wake;
  }

  reply(frame: Frame, status: ReplyStatus, response: unknown): void {
    this.#add(encodeTextReply(frame, status, response));
  }

  push(topic: string, event: string, payload: unknown, joinRef: Ref = null): void {
    this.#add(encodeTextPush(topic, event, payload, joinRef));
  }

  #add(frame: string): void {
    if (this.#closed) return;
    if (this.#unreadBytes > LIMITS.backpressureMaxBytes) {
      // It would only get older frames first: let it come back and catch up by `last_seq`.
      this.close('slow_reader');
      return;
    }
    this.#queue.push(frame);
    this.#unreadBytes += Buffer.byteLength(frame);
    this.#change();
  }

  #change(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  subscribe(room: string): void {
    if (this.#closed) return;
    this.#rooms.add(room);
    this.#fanout.listen(room, this);
  }

  unsubscribe(room: string): void {
    this.#rooms.delete(room);
    this.#fanout.unlisten(room, this);
  }

  publishToOthers(room: string, topic: string, event: string, payload: unknown): void {
    this.#fanout.publish(room, topic, event, payload, this);
  }

  /** One last poll still gets the queued frames, except where there are too many; the next poll finds the session gone. */
  close(name: CloseName): void {
    if (this.#closed) return;
    if (name === 'slow_reader') this.take();
    this.#closed = true;
    for (const room of this.#rooms) this.#fanout.unlisten(room, this);
    this.#rooms.clear();
    this.#ended();
    this.#change();
  }
}
