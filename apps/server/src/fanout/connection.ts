import type { CloseName, Frame, Ref, ReplyStatus } from '@tpx/protocol';
import type { Listener } from './local-fanout.ts';

/** What a transport gives a session; the session knows no socket, the transport no channel. */
export interface Connection extends Listener {
  /** Bytes in this process that were sent and that the client has not taken yet. */
  readonly unreadBytes: number;
  /** MUST answer in the codec that `frame` came in. A closed connection ignores it. */
  reply(frame: Frame, status: ReplyStatus, response: unknown): void;
  /** A frame of one channel to this connection only. */
  push(topic: string, event: string, payload: unknown, joinRef?: Ref): void;
  /** From here on every frame published in `room` arrives here, in order, after what was sent before. */
  subscribe(room: string): void;
  unsubscribe(room: string): void;
  /** Publishes to every reader of `room` but this connection. */
  publishToOthers(room: string, topic: string, event: string, payload: unknown): void;
  /** MUST free what is unread at once where `name` is `slow_reader`. */
  close(name: CloseName): void;
}
