import type { Socket } from 'bun';
import { closeFrame, FrameReader, type FrameSink, pongFrame, textFrame } from './client-frames.ts';

/** What a member tells whoever drives it. */
export type MemberSink = {
  upgraded(member: Member): void;
  joined(member: Member): void;
  refused(member: Member, why: string): void;
  /** A broadcast message; `sentAt` is what its sender wrote into it, 0 where it is somebody else's. */
  delivered(member: Member, seq: number, sentAt: number, bytes: number): void;
  /** The answer to a message; `ref` is what it was sent with. */
  acknowledged(member: Member, ref: number, ok: boolean): void;
  /** Presence, receipts and whatever else arrives. */
  other(member: Member, bytes: number): void;
  closed(member: Member, code: number): void;
};

export type Place = { host: string; port: number };

const JOIN_REF = '["1","j",';
const STATUS_OK = Buffer.from('"status":"ok"');
/** The status of a reply stands before its response, so it is looked for here only. */
const STATUS_WITHIN = 200;
const TEXT_START = Buffer.from('"text":"t=');
const SENT_AT_DIGITS = 16;
/** `message` and `,{"seq":` between the event's first character and the digits of its `seq`. */
const SEQ_OFFSET = 'message",{"seq":'.length;

const N = 'n'.charCodeAt(0);
const M = 'm'.charCodeAt(0);
const E = 'e'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);

/**
 * One device of one user, with one group joined. It reads no more of a frame than it needs, by its bytes: `[null,null,
 * "<topic>","message",{"seq":...` has everything at known places.
 */
export class Member implements FrameSink {
  readonly topic: string;
  readonly #token: string;
  readonly #sink: MemberSink;
  readonly #eventOffset: number;
  readonly #reader = new FrameReader();
  #socket: Socket<Member> | undefined;
  #unsent: Buffer | undefined;
  #isUpgraded = false;
  #closeCode = 1006;
  hasJoined = false;
  lastSeq = 0;
  /** Places in the log that were skipped. */
  gaps = 0;
  /** Monotonic microseconds. */
  startedAt = 0;
  upgradedAt = 0;
  /** The `delivered` mark: told so far, when, and whether the next telling is already in the queue. */
  toldSeq = 0;
  toldAt = 0;
  isTelling = false;

  constructor(token: string, groupId: string, sink: MemberSink) {
    this.#token = token;
    this.topic = `group:${groupId}`;
    this.#sink = sink;
    // `[null,null,"` + topic + `","`
    this.#eventOffset = 12 + this.topic.length + 3;
  }

  opened(socket: Socket<Member>, { host, port }: Place): void {
    this.#socket = socket;
    this.#write(
      Buffer.from(
        `GET /socket/websocket?vsn=2.0.0&token=${this.#token} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\n` +
          'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      ),
    );
  }

  received(chunk: Buffer): void {
    if (this.#isUpgraded) {
      this.#reader.read(chunk, this);
      return;
    }
    const end = chunk.indexOf('\r\n\r\n');
    const status = chunk.toString('latin1', 9, 12);
    if (status !== '101' || end === -1) {
      this.#sink.refused(this, `upgrade answered ${chunk.toString('utf8', 0, 200)}`);
      this.#socket?.end();
      return;
    }
    this.#isUpgraded = true;
    this.#sink.upgraded(this);
    this.send(`${JOIN_REF}"${this.topic}","phx_join",{}]`);
    if (chunk.length > end + 4) this.#reader.read(chunk.subarray(end + 4), this);
  }

  /** `ref` comes back with the answer. */
  sendMessage(ref: number, clientId: string, text: string): void {
    this.send(
      `["1","${ref}","${this.topic}","message",{"client_id":"${clientId}","type":"text","content":{"text":"${text}"}}]`,
    );
  }

  tellDelivered(): void {
    this.toldSeq = this.lastSeq;
    this.send(`["1",null,"${this.topic}","delivered",{"seq":${this.lastSeq}}]`);
  }

  beat(): void {
    this.send('[null,"h","phoenix","heartbeat",{}]');
  }

  send(text: string): void {
    this.#write(textFrame(text));
  }

  leave(): void {
    this.#write(closeFrame());
    this.#socket?.end();
  }

  text(bytes: Buffer, from: number, to: number): void {
    // `[null,null,"` or `[null,"h","phoenix"`: a push, or the answer to a heartbeat.
    if (bytes[from + 1] !== N) this.#onReply(bytes, from, to);
    else if (bytes[from + 6] === QUOTE) return;
    else this.#onPush(bytes, from, to);
  }

  #onPush(bytes: Buffer, from: number, to: number): void {
    const event = from + this.#eventOffset;
    if (bytes[event] !== M || bytes[event + 1] !== E) {
      this.#sink.other(this, to - from);
      return;
    }
    const seq = readDigits(bytes, event + SEQ_OFFSET, to);
    if (this.lastSeq !== 0 && seq > this.lastSeq + 1) this.gaps += seq - this.lastSeq - 1;
    if (seq > this.lastSeq) this.lastSeq = seq;
    const text = bytes.indexOf(TEXT_START, event);
    const start = text + TEXT_START.length;
    const sentAt = text === -1 || text >= to ? 0 : readDigits(bytes, start, start + SENT_AT_DIGITS);
    this.#sink.delivered(this, seq, sentAt, to - from);
  }

  #onReply(bytes: Buffer, from: number, to: number): void {
    // `["1","<ref>",...`
    const isJoin = bytes[from + 6] === 'j'.charCodeAt(0);
    const status = bytes.indexOf(STATUS_OK, from);
    const ok = status !== -1 && status < Math.min(to, from + STATUS_WITHIN);
    if (!isJoin) this.#sink.acknowledged(this, readDigits(bytes, from + 6, to), ok);
    else if (!ok)
      this.#sink.refused(this, `join answered ${bytes.toString('utf8', from, Math.min(to, from + 300))}`);
    else {
      this.hasJoined = true;
      this.#sink.joined(this);
    }
  }

  ping(payload: Buffer): void {
    this.#write(pongFrame(payload));
  }

  close(code: number): void {
    this.#closeCode = code;
    this.#socket?.end();
  }

  ended(): void {
    if (!this.#socket) return;
    this.#socket = undefined;
    this.hasJoined = false;
    this.#sink.closed(this, this.#closeCode);
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  #write(bytes: Buffer): void {
    if (!this.#socket) return;
    if (this.#unsent) {
      this.#unsent = Buffer.concat([this.#unsent, bytes]);
      return;
    }
    const written = this.#socket.write(bytes);
    if (written < bytes.length) this.#unsent = bytes.subarray(Math.max(0, written));
  }

  drained(): void {
    const bytes = this.#unsent;
    this.#unsent = undefined;
    if (bytes) this.#write(bytes);
  }
}

/** The text of a message that carries when it was due, padded to `length` characters. */
export function timedText(sentAt: number, length: number): string {
  const stamp = `t=${String(Math.round(sentAt)).padStart(SENT_AT_DIGITS, '0')} `;
  return stamp.padEnd(length, 'the quick brown fox jumps over the lazy dog ');
}

function readDigits(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}
