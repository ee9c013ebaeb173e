import { type UserId, type UserJoined, userTopic } from '@tpx/protocol';
import type { Person } from '../seed/people-file.ts';
import { closeFrame, FrameReader, type FrameSink, pongFrame, textFrame } from './client-frames.ts';
import type { Place, SocketOwner, Sockets } from './sockets.ts';

/** What a member tells whoever drives it. */
export type MemberSink = {
  upgraded(member: Member): void;
  joined(member: Member): void;
  refused(member: Member, why: string): void;
  /** A broadcast message: when it was due and by a member of which node, 0 where the text does not tell. */
  delivered(member: Member, sentAt: number, fromNode: number, bytes: number): void;
  /** The answer to a message; `ref` is what it was sent with. */
  acknowledged(member: Member, ref: number, ok: boolean): void;
  beaten(): void;
  /** Presence, receipts and whatever else arrives. */
  other(member: Member, bytes: number): void;
  closed(member: Member, code: number): void;
};

const STATUS_OK = Buffer.from('"status":"ok"');
/** The status of a reply stands before its response, so it is looked for here only. */
const STATUS_WITHIN = 200;
const LAST_SEQ = Buffer.from('"last_seq":');
const TEXT_START = Buffer.from('"text":"t=');
const SENT_AT_DIGITS = 16;
const NODE_DIGITS = 3;
/** `message` and `,{"seq":` between the event's first character and the digits of its `seq`. */
const SEQ_OFFSET = 'message",{"seq":'.length;

const J = 'j'.charCodeAt(0);
const U = 'u'.charCodeAt(0);
const N = 'n'.charCodeAt(0);
const M = 'm'.charCodeAt(0);
const E = 'e'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);

/**
 * One device of one user, with one group joined. It reads no more of a frame than it needs, by its bytes: `[null,null,
 * "<topic>","message",{"seq":...` has everything at known places.
 */
export class Member implements FrameSink, SocketOwner {
  readonly groupId: string;
  readonly topic: string;
  node: number;
  #token: string | undefined;
  readonly #sink: MemberSink;
  readonly #sockets: Sockets;
  readonly #eventOffset: number;
  #reader = new FrameReader();
  /** One that cannot return forgets its token: a million of them would be much. */
  readonly #canReturn: boolean;
  #returns = false;
  #descriptor: number | undefined;
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

  constructor(person: Person, topic: string, canReturn: boolean, sockets: Sockets, sink: MemberSink) {
    const { token, groupId, node } = person;
    this.#token = token;
    this.#canReturn = canReturn;
    this.groupId = groupId;
    this.node = node;
    this.topic = topic;
    this.#sockets = sockets;
    this.#sink = sink;
    // `[null,null,"` + topic + `","`
    this.#eventOffset = 12 + this.topic.length + 3;
  }

  connect(place: Place): void {
    this.#descriptor = this.#sockets.open(place, this);
  }

  /** Connects anew, and has its room again from where it was by one `user:` join (rule SDK-3). */
  comeBack(place: Place, node: number): void {
    this.node = node;
    this.#returns = true;
    this.#isUpgraded = false;
    this.#closeCode = 1006;
    this.#reader = new FrameReader();
    this.connect(place);
  }

  connected(): void {
    this.#write(
      Buffer.from(
        `GET /socket/websocket?vsn=2.0.0&token=${this.#token} HTTP/1.1\r\nHost: tpx\r\nUpgrade: websocket\r\n` +
          'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      ),
    );
  }

  received(bytes: Buffer, length: number): void {
    if (this.#isUpgraded) {
      this.#reader.read(bytes, 0, length, this);
      return;
    }
    const answer = bytes.subarray(0, length);
    const end = answer.indexOf('\r\n\r\n');
    const status = answer.toString('latin1', 9, 12);
    if (status !== '101' || end === -1) {
      this.#refuse(`upgrade answered ${answer.toString('utf8', 0, 200)}`);
      return;
    }
    this.#isUpgraded = true;
    this.#sink.upgraded(this);
    if (this.#returns) this.#resume();
    else this.send(`["1","j","${this.topic}","phx_join",{}]`);
    if (!this.#canReturn) this.#token = undefined;
    this.#reader.read(bytes, end + 4, length, this);
  }

  #resume(): void {
    const resume = JSON.stringify({ resume: { [this.topic]: this.lastSeq } });
    this.send(`["1","u","${userTopic(userOf(this.#token ?? ''))}","phx_join",${resume}]`);
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

  /** False where there is no connection. */
  beat(): boolean {
    if (this.hasJoined) this.send('[null,"h","phoenix","heartbeat",{}]');
    return this.hasJoined;
  }

  send(text: string): void {
    this.#write(textFrame(text));
  }

  leave(): void {
    this.#write(closeFrame());
    this.#end();
  }

  text(bytes: Buffer, from: number, to: number): void {
    // `[null,null,"` or `[null,"h","phoenix"`: a push, or the answer to a heartbeat.
    if (bytes[from + 1] !== N) this.#onReply(bytes, from, to);
    else if (bytes[from + 6] === QUOTE) this.#sink.beaten();
    else this.#onPush(bytes, from, to);
  }

  #onPush(bytes: Buffer, from: number, to: number): void {
    const event = from + this.#eventOffset;
    if (bytes[event] !== M || bytes[event + 1] !== E) {
      this.#sink.other(this, to - from);
      return;
    }
    this.#take(readDigits(bytes, event + SEQ_OFFSET, to));
    const text = bytes.indexOf(TEXT_START, event);
    const start = text + TEXT_START.length;
    const isTimed = text !== -1 && text < to;
    const stampEnd = start + SENT_AT_DIGITS;
    const sentAt = isTimed ? readDigits(bytes, start, stampEnd) : 0;
    const fromNode = isTimed ? readDigits(bytes, stampEnd + 1, stampEnd + 1 + NODE_DIGITS) : 0;
    this.#sink.delivered(this, sentAt, fromNode, to - from);
  }

  #take(seq: number): void {
    if (seq > this.lastSeq + 1) this.gaps += seq - this.lastSeq - 1;
    if (seq > this.lastSeq) this.lastSeq = seq;
  }

  #onReply(bytes: Buffer, from: number, to: number): void {
    // `["1","<ref>",...`
    const ref = bytes[from + 6];
    const status = bytes.indexOf(STATUS_OK, from);
    const ok = status !== -1 && status < Math.min(to, from + STATUS_WITHIN);
    if (ref !== J && ref !== U) this.#sink.acknowledged(this, readDigits(bytes, from + 6, to), ok);
    else if (!ok) this.#refuse(`join answered ${bytes.toString('utf8', from, Math.min(to, from + 300))}`);
    else if (ref === U) this.#onResumed(bytes.toString('utf8', from, to));
    else {
      // The group's own `last_seq` stands before the channel's.
      const lastSeq = bytes.lastIndexOf(LAST_SEQ, to);
      if (lastSeq > from) this.lastSeq = readDigits(bytes, lastSeq + LAST_SEQ.length, to);
      this.#onJoined();
    }
  }

  #onResumed(frame: string): void {
    const [, , , , reply] = JSON.parse(frame) as [
      unknown,
      unknown,
      unknown,
      unknown,
      { response: UserJoined },
    ];
    const page = reply.response.resumed[this.topic];
    if (!page || 'error' in page || page.has_more) {
      this.#refuse(`resume answered ${JSON.stringify(page)}`);
      return;
    }
    for (const { seq } of page.events) this.#take(seq);
    this.#onJoined();
  }

  #onJoined(): void {
    this.hasJoined = true;
    this.#sink.joined(this);
  }

  #refuse(why: string): void {
    this.#sink.refused(this, why);
    this.#end();
  }

  ping(payload: Buffer): void {
    this.#write(pongFrame(payload));
  }

  close(code: number): void {
    this.#closeCode = code;
    this.#end();
  }

  ended(): void {
    this.#descriptor = undefined;
    this.hasJoined = false;
    this.#sink.closed(this, this.#closeCode);
  }

  get isOpen(): boolean {
    return this.#descriptor !== undefined;
  }

  #write(bytes: Buffer): void {
    if (this.#descriptor !== undefined) this.#sockets.write(this.#descriptor, bytes);
  }

  #end(): void {
    if (this.#descriptor !== undefined) this.#sockets.end(this.#descriptor);
  }
}

/** The shortest text that carries what `timedText` writes. */
export const TEXT_LENGTH_MIN = 24;

/** The text of a message that carries when it was due and where it comes from, padded to `length` characters. */
export function timedText(sentAt: number, node: number, length: number): string {
  const digits = (value: number, count: number) => String(Math.round(value)).padStart(count, '0');
  const stamp = `t=${digits(sentAt, SENT_AT_DIGITS)}-${digits(node, NODE_DIGITS)} `;
  return stamp.padEnd(length, 'the quick brown fox jumps over the lazy dog ');
}

/** The subject of an access token (RFC 7519 section 4.1.2). */
function userOf(token: string): UserId {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sub;
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
