import {
  decodeBinaryPush,
  decodeTextFrame,
  type Frame,
  LIMITS,
  MalformedFrame,
  PHOENIX_TOPIC,
  PHX,
  Refusal,
} from '@tpx/protocol';
import type { WebSocketHandler } from 'bun';
import type { Caller } from '../../accounts/caller.ts';
import type { LocalFanout } from '../../fanout/local-fanout.ts';
import type { SessionOpener } from '../../session/open-session.ts';
import type { Session } from '../../session/session.ts';
import { WebSocketConnection } from './websocket-connection.ts';

export type SocketData = {
  caller: Caller;
  session: Session | undefined;
  connection: WebSocketConnection | undefined;
  malformed: number;
};

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
      socket.data.connection = connection;
      socket.data.session = deps.sessions.open(socket.data.caller, connection);
    },
    message(socket, raw) {
      const { session, connection } = socket.data;
      if (!session || !connection) return;
      let frame: Frame;
      try {
        if (typeof raw === 'string') frame = decodeTextFrame(raw);
        else {
          frame = decodeBinaryPush(raw);
          connection.noteBinary(frame);
        }
      } catch (error) {
        if (!(error instanceof MalformedFrame)) throw error;
        connection.push(PHOENIX_TOPIC, PHX.error, new Refusal('invalid', error.message).toBody());
        if (++socket.data.malformed >= LIMITS.malformedFramesMax) connection.close('too_many_malformed');
        return;
      }
      session.handle(frame);
    },
    close(socket) {
      const { session } = socket.data;
      if (session) deps.sessions.closed(session);
    },
  };
}
