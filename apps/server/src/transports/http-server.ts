import { LIMITS, Refusal } from '@tpx/protocol';
import type { Server } from 'bun';
import type { NativePublisher } from '../fanout/local-fanout.ts';
import { pathOf } from './request-url.ts';
import type { RestApp } from './rest/rest-env.ts';
import { type SocketData, webSocketHandler } from './websocket/websocket-handler.ts';
import { upgradeToWebSocket } from './websocket/websocket-upgrade.ts';

type Parts = {
  rest: RestApp;
  sockets: Parameters<typeof webSocketHandler>[0];
  upgrade: Parameters<typeof upgradeToWebSocket>[0];
  longPoll(request: Request, peerAddress: string | undefined): Promise<Response>;
  /** A request failed for a reason that nobody foresaw; it is answered with 500. */
  onUnexpected(error: unknown): void;
};

type Address = { hostname: string; port: number; reusePort: boolean };

const QUIET_MAX_SECONDS = 60;

/** The one listener for REST, WebSocket and long poll. */
export class HttpServer implements NativePublisher {
  #server: Server<SocketData> | undefined;

  /** @throws what Bun throws where the address is taken (`code` EADDRINUSE) or not ours */
  listen({ hostname, port, reusePort }: Address, parts: Parts): URL {
    this.#server = Bun.serve<SocketData>({
      hostname,
      port,
      // Said aloud: left out, a second Bun program could listen on the same port, and clients would meet one or the other.
      reusePort,
      // Uploads set their own limit; every JSON body is bounded again, and far lower, where it is read.
      maxRequestBodySize: LIMITS.uploadMaxBytes,
      websocket: webSocketHandler(parts.sockets),
      // Bun's own answer in development is a page with the stack.
      development: false,
      error: (error) => {
        parts.onUnexpected(error);
        return Response.json({ error: new Refusal('internal').toBody() }, { status: 500 });
      },
      fetch: (request, server) => {
        const path = pathOf(request.url);
        const peerAddress = server.requestIP(request)?.address;
        if (path === '/socket/websocket') {
          return upgradeToWebSocket(parts.upgrade, request, server, peerAddress);
        }
        // A poll waits for news, and a request for a Postgres that stands still, longer than Bun's 10 s for a quiet one.
        server.timeout(request, QUIET_MAX_SECONDS);
        if (path === '/socket/longpoll') {
          return parts.longPoll(request, peerAddress);
        }
        // Without a usable Host header there is no whole URL, which the router needs (HTTP/1.0 health checks).
        const whole = request.url.startsWith('/')
          ? new Request(`http://localhost${request.url}`, request)
          : request;
        return parts.rest.fetch(whole, { peerAddress });
      },
    });
    return this.#server.url;
  }

  publish(room: string, frame: string): void {
    this.#server?.publish(room, frame);
  }

  /** Takes no new connections; those that are open stay. */
  stopAccepting(): void {
    // Resolves only once every socket is closed: it is not waited for.
    void this.#server?.stop(false);
  }

  async close(): Promise<void> {
    await this.#server?.stop(true);
  }
}
