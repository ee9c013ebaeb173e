import { expect, test } from 'bun:test';
import { decodeBinaryPush, decodeTextFrame } from '@tpx/protocol';
import { GOLDEN_BINARY, GOLDEN_TEXT } from '@tpx/testkit';
import { type Frame, Serializer } from 'phoenix';

function encoded(frame: Frame): string | ArrayBuffer {
  let result: string | ArrayBuffer = '';
  Serializer.encode(frame, (given) => {
    result = given;
  });
  return result;
}

function decoded(raw: string | ArrayBuffer): Frame {
  let result: Frame | undefined;
  Serializer.decode(raw, (given) => {
    result = given;
  });
  if (!result) throw new Error('The official serializer gave nothing.');
  return result;
}

const bytes = (hex: string): ArrayBuffer => Uint8Array.from(Buffer.from(hex, 'hex')).buffer;
const hex = (buffer: ArrayBuffer) => Buffer.from(buffer).toString('hex');

for (const vector of GOLDEN_TEXT) {
  if (vector.sender === 'client') {
    test(`WS-1 the official client writes the golden frame: ${vector.name}`, () => {
      expect(encoded(vector.frame)).toBe(vector.text);
      expect(decodeTextFrame(encoded(vector.frame) as string).topic).toBe(vector.frame.topic);
    });
  }
  test(`WS-1 the official client reads the golden frame: ${vector.name}`, () => {
    expect(decoded(vector.text)).toEqual(vector.frame);
  });
}

for (const vector of GOLDEN_BINARY) {
  const { frame } = vector;
  if (vector.kind === 'push') {
    test(`WS-2 the official client writes the golden frame: ${vector.name}`, () => {
      // The client sends null as nothing, in text of no bytes.
      const sent = { ...frame, join_ref: String(frame.join_ref ?? ''), ref: String(frame.ref ?? '') };
      const written = encoded({ ...sent, payload: bytes(vector.payload_hex) }) as ArrayBuffer;
      expect(hex(written)).toBe(vector.hex);
      expect(decodeBinaryPush(new Uint8Array(written)).payload).toEqual(frame.payload);
    });
    continue;
  }
  test(`WS-2 the official client reads the golden frame: ${vector.name}`, () => {
    const read = decoded(bytes(vector.hex));
    const payload = read.payload as ArrayBuffer & { status: string; response: ArrayBuffer };
    const isReply = vector.kind === 'reply';
    expect({ ...read, payload: null }).toEqual({
      ...frame,
      join_ref: isReply ? (frame.join_ref ?? '') : null,
      payload: null,
    });
    expect(hex(isReply ? payload.response : payload)).toBe(vector.payload_hex);
    if (isReply) expect(payload.status).toBe((frame.payload as { status: string }).status);
  });
}
