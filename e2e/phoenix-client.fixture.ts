import { decodeBinaryPush, encodeBinaryPush } from '@tpx/protocol';
import { until } from '@tpx/testkit';
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

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.disconnect();
  }
}

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
