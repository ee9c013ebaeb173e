import type { Person } from '@tpx/testkit';
import { LongPoll, type Socket } from 'phoenix';
import type { LoadBalancer } from './load-balancer.fixture.ts';
import { Clients } from './phoenix-client.fixture.ts';

export type Transport = 'websocket' | 'longpoll';

/**
 * Official clients of a balancer's name, which no resolver knows, over TLS with a certificate that nobody else trusts.
 * The client takes `fetch` from the global object, so it is another one until this is disposed of.
 */
export class BalancedClients implements Disposable {
  readonly #clients = new Clients();
  readonly #balancer: LoadBalancer;
  readonly #webSocket: unknown;
  readonly #fetch = globalThis.fetch;

  constructor(balancer: LoadBalancer) {
    this.#balancer = balancer;
    const { name, port, certificate } = balancer;
    const headers = { Host: name };
    const tls = { ca: certificate, serverName: name };
    const atItsPort = (url: string) => url.replace(`${name}:${port}`, `127.0.0.1:${port}`);
    this.#webSocket = class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(atItsPort(url), { protocols, headers, tls } as never);
      }
    };
    const viaBalancer = (url: string, init: RequestInit = {}) =>
      this.#fetch(
        atItsPort(url),
        url.includes(name)
          ? ({ ...init, headers: { ...(init.headers as object), ...headers }, tls } as RequestInit)
          : init,
      );
    globalThis.fetch = viaBalancer as typeof fetch;
  }

  connect(person: Person, transport: Transport = 'websocket'): Socket {
    return this.#clients.connectAs(this.#balancer, person, {
      transport: transport === 'websocket' ? this.#webSocket : LongPoll,
    } as never);
  }

  [Symbol.dispose](): void {
    this.#clients[Symbol.dispose]();
    globalThis.fetch = this.#fetch;
  }
}
