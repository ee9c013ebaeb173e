import { expect, test } from 'bun:test';
import type { SessionId, UserId } from '@tpx/protocol';
import { LocalFanout } from '../../fanout/local-fanout.ts';
import { RateLimiter } from '../../limits/rate-limiter.ts';
import { SessionOpener } from '../../session/open-session.ts';
import { SessionRegistry } from '../../session/session-registry.ts';
import { type SocketData, webSocketHandler } from './websocket-handler.ts';

/** The shortest that Bun does; a node's own is `LIMITS.heartbeatTimeoutMs`. */
const TIMEOUT_MS = 8_000;

test('WS-4 a client that is silent for the time-out is closed, one that beats stays', async () => {
  const registry = new SessionRegistry();
  const channels = {
    join: async () => undefined,
    leave: () => undefined,
    push: () => ({}),
    dropped: () => undefined,
  };
  const onUnexpected = (error: unknown) => {
    throw error;
  };
  const sessions = new SessionOpener({
    channels,
    registry,
    limiter: new RateLimiter(undefined),
    onClosed: () => undefined,
    onUnexpected,
  });
  const caller = { userId: 'user' as UserId, sessionId: 'device' as SessionId };
  await using server = Bun.serve<SocketData>({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request, server) {
      server.upgrade(request, {
        data: { caller, session: undefined },
      });
      return undefined;
    },
    websocket: webSocketHandler({
      sessions,
      fanout: new LocalFanout({ publish: () => undefined }),
      heartbeatTimeoutMs: TIMEOUT_MS,
    }),
  });
  const connect = () => new WebSocket(server.url.href.replace('http', 'ws'));
  const [silent, beating] = [connect(), connect()];
  const beat = setInterval(() => beating.send('[null,"1","phoenix","heartbeat",{}]'), 1_000);
  let replies = 0;
  beating.onmessage = () => {
    replies++;
  };
  const startedAt = performance.now();
  await new Promise((resolve) => {
    silent.onclose = resolve;
  });
  const closedAfterMs = performance.now() - startedAt;
  clearInterval(beat);
  expect(closedAfterMs).toBeGreaterThan(TIMEOUT_MS - 1_000);
  expect(closedAfterMs).toBeLessThan(TIMEOUT_MS + 5_000);
  expect(beating.readyState).toBe(WebSocket.OPEN);
  expect(replies).toBeGreaterThan(4);
  expect(registry.count).toBe(1);
  beating.close();
}, 20_000);
