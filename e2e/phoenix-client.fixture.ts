import { afterEach } from 'bun:test';
import { type ConversationJoined, decodeBinaryPush, encodeBinaryPush } from '@tpx/protocol';
import { type Person, until } from '@tpx/testkit';
import { type Channel, type Frame, type Push, Socket, type SocketOptions } from 'phoenix';

/** What an error reply of ours carries. */
export type Refused = { code: string; message: string; reason?: string };

/** How a push of the official client ended. */
export type Outcome =
  | { status: 'ok'; response: unknown }
  | { status: 'error'; response: unknown }
  | { status: 'timeout'; response: unknown };

export function outcomeOf(push: Push): Promise<Outcome> {
  return new Promise((resolve) => {
    for (const status of ['ok', 'error', 'timeout'] as const)
      push.receive(status, (response) => resolve({ status, response }));
  });
}

/** The response of a push that has to be answered ok. */
export async function ok<Response = Record<string, unknown>>(push: Push): Promise<Response> {
  const { status, response } = await outcomeOf(push);
  if (status !== 'ok') throw new Error(`The push ended with ${status}: ${JSON.stringify(response)}`);
  return response as Response;
}

/** The refusal of a push that has to be refused. */
export async function refused(push: Push): Promise<Refused> {
  const { status, response } = await outcomeOf(push);
  if (status !== 'error') throw new Error(`The push ended with ${status}: ${JSON.stringify(response)}`);
  return response as Refused;
}

/** What a channel was sent, by event, in order. */
export class Heard {
  readonly all: { event: string; payload: unknown }[] = [];

  constructor(channel: Channel, events: readonly string[]) {
    for (const event of events) channel.on(event, (payload) => this.all.push({ event, payload }));
  }

  of<Payload = Record<string, unknown>>(event: string): Payload[] {
    return this.all.filter((heard) => heard.event === event).map((heard) => heard.payload as Payload);
  }

  /** The next payload of `event` that satisfies `wanted`, or one that was heard already. */
  async next<Payload = Record<string, unknown>>(
    event: string,
    wanted: (payload: Payload) => boolean = () => true,
  ): Promise<Payload> {
    return until(() => this.of<Payload>(event).find(wanted), {
      what: `the event ${event}`,
    }) as Promise<Payload>;
  }
}

/** Official clients of one test; disposing of it disconnects them all. */
export class Clients implements Disposable {
  readonly #sockets: Socket[] = [];

  /** A socket as an application would open it, with delays that suit a test. */
  connect(server: { url: string }, token: string, options: SocketOptions = {}): Socket {
    const socket = new Socket(`${server.url.replace('http', 'ws')}/socket`, {
      params: { token },
      reconnectAfterMs: () => 50,
      rejoinAfterMs: () => 50,
      ...options,
    });
    this.#sockets.push(socket);
    socket.connect();
    return socket;
  }

  connectAs(server: { url: string }, person: Person, options: SocketOptions = {}): Socket {
    return this.connect(server, person.tokens.access_token, options);
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets.splice(0)) socket.disconnect();
  }
}

/** Clients that are gone after each test of the file that asks at its top level. */
export function clientsOfEachTest(): Clients {
  const clients = new Clients();
  afterEach(() => clients[Symbol.dispose]());
  return clients;
}

/** A conversation that this socket has joined, with all that it hears there. */
export async function joined(socket: Socket, topic: string, params: object = {}) {
  const channel = socket.channel(topic, params);
  const events = ['message', 'edited', 'deleted', 'reaction', 'typing', 'ping', 'receipts', 'phx_close'];
  const presence = ['presence_state', 'presence_diff'];
  const heard = new Heard(channel, [...events, ...presence, 'conversation_removed']);
  const response = await ok<ConversationJoined>(channel.join());
  return { channel, heard, response };
}

/** What a `message` push carries. */
export const text = (text: string, clientId?: string) => ({
  type: 'text',
  content: { text },
  ...(clientId && { client_id: clientId }),
});

/** Every frame that a socket gets, in order. */
export function framesOf(socket: Socket): Frame[] {
  const frames: Frame[] = [];
  socket.onMessage((frame) => frames.push(frame));
  return frames;
}

/** A payload as the official client wants it to push in binary: its MessagePack. */
export function packed(payload: object): ArrayBuffer {
  const frame = encodeBinaryPush({ joinRef: null, ref: null, topic: '', event: '', payload });
  return Uint8Array.from(frame.slice(5)).buffer;
}

/** What a binary reply carries. */
export function unpacked(payload: unknown): unknown {
  return decodeBinaryPush(Uint8Array.from([0, 0, 0, 0, 0, ...new Uint8Array(payload as ArrayBuffer)]))
    .payload;
}
