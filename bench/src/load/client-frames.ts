/** RFC 6455 from a client's side, by hand: what a load generator needs costs a fraction of a full client. */

const OPCODE = { text: 1, close: 8, pong: 10 } as const;

/** A whole text frame. The mask is all zeros: allowed, free to apply, and the server unmasks it all the same. */
export function textFrame(text: string): Buffer {
  return frame(OPCODE.text, Buffer.from(text));
}

export function pongFrame(payload: Uint8Array): Buffer {
  return frame(OPCODE.pong, payload);
}

/** Close with code 1000. */
export function closeFrame(): Buffer {
  return frame(OPCODE.close, Uint8Array.of(0x03, 0xe8));
}

function frame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = 2 + lengthBytes + 4;
  const bytes = Buffer.alloc(header + length);
  bytes[0] = 0x80 | opcode;
  if (lengthBytes === 0) bytes[1] = 0x80 | length;
  else if (lengthBytes === 2) {
    bytes[1] = 0x80 | 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 0x80 | 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  bytes.set(payload, header);
  return bytes;
}

export type FrameSink = {
  /** The text lies at [from, to) of `bytes`, which are reused after the call. */
  text(bytes: Buffer, from: number, to: number): void;
  ping(payload: Buffer): void;
  /** 1005 where the server gave no code. */
  close(code: number): void;
};

/** Cuts a server's byte stream into frames; keeps what is left of the last read. Fragments are put together. */
export class FrameReader {
  #rest: Buffer | undefined;
  #fragments: Buffer[] | undefined;

  /** Takes [from, to) of `input`, which may be overwritten after the call. */
  read(input: Buffer, from: number, to: number, sink: FrameSink): void {
    const rest = this.#rest;
    const bytes = rest ? Buffer.concat([rest, input.subarray(from, to)]) : input;
    const end = rest ? bytes.length : to;
    let at = rest ? 0 : from;
    while (end - at >= 2) {
      const first = bytes[at] ?? 0;
      let length = (bytes[at + 1] ?? 0) & 0x7f;
      let header = 2;
      if (length === 126) {
        if (end - at < 4) break;
        length = bytes.readUInt16BE(at + 2);
        header = 4;
      } else if (length === 127) {
        if (end - at < 10) break;
        length = Number(bytes.readBigUInt64BE(at + 2));
        header = 10;
      }
      const start = at + header;
      if (end - start < length) break;
      at = start + length;
      if (first === 0x81) sink.text(bytes, start, at);
      else this.#other(first, bytes.subarray(start, at), sink);
    }
    this.#rest = at === end ? undefined : Buffer.from(bytes.subarray(at, end));
  }

  #other(first: number, payload: Buffer, sink: FrameSink): void {
    switch (first & 0x0f) {
      case 8:
        sink.close(payload.length >= 2 ? payload.readUInt16BE(0) : 1005);
        return;
      case 9:
        sink.ping(payload);
        return;
      case 0:
      case 1: {
        this.#fragments ??= [];
        this.#fragments.push(Buffer.from(payload));
        if ((first & 0x80) === 0) return;
        const whole = Buffer.concat(this.#fragments);
        this.#fragments = undefined;
        sink.text(whole, 0, whole.length);
      }
    }
  }
}
