import { LIMITS, Refusal } from '@tpx/protocol';
import type { Server } from 'bun';
import type { NativePublisher } from '../fanout/local-fanout.ts';
import { ANSWER_HEADERS } from './answer-headers.ts';
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

/** Listeners that were closed and whose sockets are still open. Each has a part in every publish, so they stay few. */
const RETIRED_MAX = 8;

/** The one listener for REST, WebSocket and long poll. */
export class HttpServer implements NativePublisher {
  #server: Server<SocketData> | undefined;
  /** Bun cannot open a listener again: sockets stay with the one that accepted them, and publishes go to all. */
  #retired: Server<SocketData>[] = [];
  #port: number | undefined;
  #listenAgain: (() => Server<SocketData>) | undefined;

  /** @throws what Bun throws where the address is taken (`code` EADDRINUSE) or not ours */
  listen(address: Address, parts: Parts): URL {
    const first = serve(address, parts);
    const port = first.port ?? address.port;
    this.#port = port;
    this.#listenAgain = () => serve({ ...address, port }, parts);
    this.#server = first;
    return first.url;
  }

  /** The port it has or had, also while it is paused. */
  get port(): number | undefined {
    return this.#port;
  }

  publish(room: string, frame: string): void {
    this.#server?.publish(room, frame);
    if (this.#retired.length > 0) for (const server of this.#retired) server.publish(room, frame);
  }

  /** Closes the listener; what is open stays, except for connections between two requests. */
  pauseAccepting(): void {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    this.#retired.push(server);
    void server.stop(false).then(() => {
      this.#retired = this.#retired.filter((other) => other !== server);
    });
    // Its clients come back over the next listener.
    if (this.#retired.length > RETIRED_MAX) void this.#retired.shift()?.stop(true);
  }

  /** Opens the listener again on the same port. @throws what Bun throws where another program has taken it meanwhile */
  resumeAccepting(): void {
    this.#server ??= this.#listenAgain?.();
  }

  /** Takes no new connections from now on; those that are open stay. */
  stopAccepting(): void {
    this.#listenAgain = undefined;
    this.pauseAccepting();
  }

  async close(): Promise<void> {
    this.stopAccepting();
    await Promise.all(this.#retired.map((server) => server.stop(true)));
  }
}

function serve({ hostname, port, reusePort }: Address, parts: Parts): Server<SocketData> {
  return Bun.serve<SocketData>({
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
      const body = { error: new Refusal('internal').toBody() };
      return Response.json(body, { status: 500, headers: ANSWER_HEADERS });
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
}
