import {
  decodeBinaryHead,
  decodeBinaryPush,
  decodeTextFrame,
  decodeTextHead,
  type Frame,
  LIMITS,
} from '@tpx/protocol';
import type { WebSocketHandler } from 'bun';
import type { Caller } from '../../accounts/caller.ts';
import type { LocalFanout } from '../../fanout/local-fanout.ts';
import type { SessionOpener } from '../../session/open-session.ts';
import type { FrameDecoder, Session } from '../../session/session.ts';
import { noteBinary, WebSocketConnection } from './websocket-connection.ts';

/** `session` is there once the socket is open. */
export type SocketData = { caller: Caller; session: Session | undefined };

type Deps = { sessions: SessionOpener; fanout: LocalFanout; heartbeatTimeoutMs?: number };

/** What Bun calls for each socket: bytes become frames, frames go to the session. */
export function webSocketHandler(deps: Deps): WebSocketHandler<SocketData> {
  return {
    maxPayloadLength: LIMITS.frameMaxBytes,
    backpressureLimit: LIMITS.backpressureMaxBytes,
    closeOnBackpressureLimit: true,
    // A client that neither beats nor sends is gone; a ping of ours would keep a dead one alive (spec WS-4).
    idleTimeout: (deps.heartbeatTimeoutMs ?? LIMITS.heartbeatTimeoutMs) / 1000,
    sendPings: false,
    perMessageDeflate: false,
    open(socket) {
      const connection = new WebSocketConnection(socket, deps.fanout);
      socket.data.session = deps.sessions.open(socket.data.caller, connection);
    },
    message(socket, raw) {
      socket.data.session?.receive(raw, DECODER);
    },
    close(socket) {
      const { session } = socket.data;
      if (session) deps.sessions.closed(session);
    },
  };
}

const DECODER: FrameDecoder<string | Buffer> = {
  decode: (raw) => (typeof raw === 'string' ? decodeTextFrame(raw) : binary(decodeBinaryPush(raw))),
  decodeHead: (raw) => (typeof raw === 'string' ? decodeTextHead(raw) : binary(decodeBinaryHead(raw))),
};

function binary(frame: Frame): Frame {
  noteBinary(frame);
  return frame;
}
