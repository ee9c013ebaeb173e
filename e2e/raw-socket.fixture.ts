import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { until } from '@tpx/testkit';

export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9 } as const;

/** Bytes on a TCP connection, for what no proper client would send. */
export class RawSocket implements Disposable {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  closed = false;

  constructor(server: { url: string }) {
    this.#socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    this.#socket.on('close', () => {
      this.closed = true;
    });
    // A reset is one way in which a server ends what it does not want.
    this.#socket.on('error', () => {
      this.closed = true;
    });
  }

  get text(): string {
    return this.#received.toString('latin1');
  }

  send(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** The same, and waits until the kernel has it. */
  sent(data: string): Promise<void> {
    return new Promise((resolve) => this.#socket.write(data, () => resolve()));
  }

  /** Stops reading: what the server sends fills the buffers of the kernel, then those of the server. */
  pause(): void {
    this.#socket.pause();
  }

  /** The status line of what was answered. */
  async statusLine(): Promise<string> {
    await until(() => this.closed || this.text.includes('\r\n'), { what: 'an answer' });
    return this.text.split('\r\n')[0] ?? '';
  }

  /** Sends the request that makes a WebSocket of it. */
  async upgrade(token: string): Promise<void> {
    const lines = [
      `GET /socket/websocket?vsn=2.0.0&token=${token} HTTP/1.1`,
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ];
    this.send(`${lines.join('\r\n')}\r\n\r\n`);
    await until(() => this.text.includes('\r\n\r\n'), { what: 'the upgrade' });
    if (!this.text.startsWith('HTTP/1.1 101')) throw new Error(`No upgrade: ${this.text.slice(0, 200)}`);
    this.#received = this.#received.subarray(this.text.indexOf('\r\n\r\n') + 4);
  }

  /** One frame of RFC 6455, masked with zeros, which is a mask. */
  frame(opcode: number, payload: string | Uint8Array, options: { masked?: boolean } = {}): void {
    this.send(encodeFrame(opcode, payload, options));
  }

  /** Text frames in one write: the server reads all of them before it does anything else. */
  textFrames(payloads: readonly string[]): void {
    this.send(Buffer.concat(payloads.map((payload) => encodeFrame(OPCODE.text, payload))));
  }

  /** The text frames that the server sent; none of its frames may be longer than 65,535 bytes. */
  receivedTexts(): string[] {
    return framesIn(this.#received)
      .filter(({ opcode }) => opcode === OPCODE.text)
      .map(({ payload }) => payload.toString());
  }

  /** The code of the close frame that the server sent; the frames before it have to be short. */
  async closeCode(): Promise<number> {
    return until(() => closeCodeIn(this.#received), { what: 'a close frame' });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

function encodeFrame(
  opcode: number,
  payload: string | Uint8Array,
  { masked = true }: { masked?: boolean } = {},
): Buffer {
  const body = Buffer.from(payload);
  const mask = masked ? 0x80 : 0;
  const length =
    body.length < 126
      ? Buffer.from([mask | body.length])
      : Buffer.from([mask | 126, body.length >> 8, body.length & 0xff]);
  const key = Buffer.alloc(masked ? 4 : 0);
  return Buffer.concat([Buffer.from([0x80 | opcode]), length, key, body]);
}

/** The whole frames at the beginning of `received`. */
function framesIn(received: Buffer): { opcode: number; payload: Buffer }[] {
  const frames: { opcode: number; payload: Buffer }[] = [];
  for (let at = 0; at + 2 <= received.length; ) {
    const opcode = (received[at] ?? 0) & 0x0f;
    const short = (received[at + 1] ?? 0) & 0x7f;
    const begin = at + (short === 126 ? 4 : 2);
    if (begin > received.length) break;
    const end = begin + (short === 126 ? received.readUInt16BE(at + 2) : short);
    if (end > received.length) break;
    frames.push({ opcode, payload: received.subarray(begin, end) });
    at = end;
  }
  return frames;
}

function closeCodeIn(received: Buffer): number | undefined {
  const close = framesIn(received).find(({ opcode }) => opcode === OPCODE.close);
  return close && close.payload.length >= 2 ? close.payload.readUInt16BE(0) : undefined;
}
