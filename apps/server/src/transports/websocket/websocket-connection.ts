import {
  CLOSE_CODES,
  type CloseName,
  encodeBinaryReply,
  encodeTextPush,
  encodeTextReply,
  type Frame,
  type Ref,
  type ReplyStatus,
} from '@tpx/protocol';
import type { ServerWebSocket } from 'bun';
import type { Connection } from '../../fanout/connection.ts';
import type { LocalFanout } from '../../fanout/local-fanout.ts';
import type { SocketData } from './websocket-handler.ts';

/** Frames that came in binary: their replies are, too. One set for all connections; most never hold an entry. */
const binaryFrames = new WeakSet<Frame>();

/** `frame` came in binary. */
export function noteBinary(frame: Frame): void {
  binaryFrames.add(frame);
}

/** A WebSocket as a session sees it: text frames, and binary replies to binary pushes. Rooms are Bun's own topics. */
export class WebSocketConnection implements Connection {
  readonly #socket: ServerWebSocket<SocketData>;
  readonly #fanout: LocalFanout;

  constructor(socket: ServerWebSocket<SocketData>, fanout: LocalFanout) {
    this.#socket = socket;
    this.#fanout = fanout;
  }

  get unreadBytes(): number {
    return this.#socket.getBufferedAmount();
  }

  reply(frame: Frame, status: ReplyStatus, response: unknown): void {
    if (binaryFrames.has(frame)) this.#socket.sendBinary(encodeBinaryReply(frame, status, response));
    else {
      const text = encodeTextReply(frame, status, response);
      // What was just published to this socket waits for the end of the turn, and a reply would push it out in a write of its
      // own. Corked, they leave in one.
      this.#socket.cork((socket) => socket.sendText(text));
    }
  }

  push(topic: string, event: string, payload: unknown, joinRef: Ref = null): void {
    this.#socket.sendText(encodeTextPush(topic, event, payload, joinRef));
  }

  subscribe(room: string): void {
    this.#socket.subscribe(room);
  }

  unsubscribe(room: string): void {
    this.#socket.unsubscribe(room);
  }

  publishToOthers(room: string, topic: string, event: string, payload: unknown): void {
    this.#socket.publishText(room, encodeTextPush(topic, event, payload));
    this.#fanout.publishToListeners(room, topic, event, payload);
  }

  close(name: CloseName): void {
    const { code, reason } = CLOSE_CODES[name];
    this.#socket.close(code, reason);
  }
}
