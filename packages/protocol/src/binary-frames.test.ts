import { expect, test } from 'bun:test';
import { GOLDEN_BINARY, type GoldenBinary } from '@tpx/testkit';
import { Packr, pack } from 'msgpackr';
import {
  decodeBinaryPush,
  encodeBinaryBroadcast,
  encodeBinaryPush,
  encodeBinaryReply,
} from './binary-frames.ts';
import { type Frame, MalformedFrame, RawJson, type ReplyStatus } from './frames.ts';
import { LIMITS } from './limits.ts';

function frameOf({ frame }: GoldenBinary): Frame {
  const { join_ref, ref, topic, event, payload } = frame;
  return { joinRef: join_ref, ref, topic, event, payload };
}

const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function encode(vector: GoldenBinary): Uint8Array {
  const frame = frameOf(vector);
  if (vector.kind === 'push') return encodeBinaryPush(frame);
  if (vector.kind === 'broadcast') return encodeBinaryBroadcast(frame.topic, frame.event, frame.payload);
  const { status, response } = frame.payload as { status: ReplyStatus; response: unknown };
  return encodeBinaryReply(frame, status, response);
}

/** MessagePack leaves the width of a map's size to the encoder: what is read back counts, not the bytes. */
for (const vector of GOLDEN_BINARY) {
  if (vector.kind === 'push')
    test(`WS-2 golden binary frame is decoded: ${vector.name}`, () => {
      expect(decodeBinaryPush(fromHex(vector.hex))).toEqual(frameOf(vector));
    });
  test(`WS-2 golden binary frame is encoded: ${vector.name}`, () => {
    const bytes = encode(vector);
    const header = vector.hex.length - vector.payload_hex.length;
    expect(toHex(bytes).slice(0, header)).toBe(vector.hex.slice(0, header));
    const payload = vector.kind === 'reply' ? replyOf(vector) : vector.frame.payload;
    expect(decodedPayload(toHex(bytes).slice(header))).toEqual(payload);
  });
}

function replyOf(vector: GoldenBinary): unknown {
  return (vector.frame.payload as { response: unknown }).response;
}

function decodedPayload(hex: string): unknown {
  return decodeBinaryPush(Uint8Array.from([0, 0, 0, 1, 1, 0x74, 0x65, ...fromHex(hex)])).payload;
}

test('WS-2 a payload that is JSON already is packed as what it says', () => {
  const frame = encodeBinaryBroadcast('t', 'e', new RawJson('{"a":[1]}'));
  expect(decodedPayload(toHex(frame.slice(5)))).toEqual({ a: [1] });
});

test('WS-2 a frame without a payload has an empty one', () => {
  expect(decodeBinaryPush(Uint8Array.from([0, 0, 1, 1, 1, 0x31, 0x74, 0x65]))).toEqual({
    joinRef: null,
    ref: '1',
    topic: 't',
    event: 'e',
    payload: {},
  });
});

test('WS-2 nil as a payload is an empty one', () => {
  expect(decodeBinaryPush(push([0xc0])).payload).toEqual({});
});

test('WS-2 a ref that is a number is written in digits', () => {
  const frame = { joinRef: 1, ref: 23, topic: 't', event: 'e', payload: {} };
  expect(decodeBinaryPush(encodeBinaryPush(frame))).toEqual({ ...frame, joinRef: '1', ref: '23' });
});

const push = (payload: Uint8Array | number[]) =>
  Uint8Array.from([0, 1, 1, 1, 1, 0x31, 0x31, 0x74, 0x65, ...payload]);
const deep = (depth: number): unknown => (depth === 0 ? 1 : { a: deep(depth - 1) });

/** 1.5 KB that the library turns into a value of 20^12 parts: each list holds the one before twenty times. */
function bomb(): Uint8Array {
  let value: unknown = [1];
  for (let level = 0; level < 12; level++) value = Array(20).fill(value);
  return new Packr({ structuredClone: true, useRecords: false }).pack({ encryption: value });
}

test.each<[string, Uint8Array]>([
  ['nothing', new Uint8Array()],
  ['a kind that only a server sends', Uint8Array.from([1, 0, 0, 0, 0])],
  ['a header cut off', Uint8Array.from([0, 1, 1])],
  ['a topic cut off', Uint8Array.from([0, 0, 0, 9, 1, 0x74])],
  ['a topic that is not UTF-8', Uint8Array.from([0, 0, 0, 2, 1, 0xc3, 0x28, 0x65, 0x80])],
  ['a topic too long', Uint8Array.from([0, 0, 0, 200, 1, ...Array(200).fill(0x74), 0x65, 0x80])],
  ['a payload cut off', push([0x81, 0xa1])],
  ['a payload that promises four billion entries', push([0x81, 0xa1, 0x61, 0xdd, 0xff, 0xff, 0xff, 0xff, 1])],
  ['a payload that promises four billion letters', push([0x81, 0xa1, 0x61, 0xdb, 0xff, 0xff, 0xff, 0xff])],
  ['something behind the payload', push([0x80, 0x80])],
  ['a number for a payload', push([0x05])],
  ['a list for a payload', push([0x90])],
  ['a text that is not UTF-8', push([0x81, 0xa1, 0x61, 0xa2, 0xc3, 0x28])],
  ['a key that is no text', push([0x81, 0xc0, 1])],
  ['bytes', push(pack({ a: new Uint8Array(3) }))],
  ['a date', push(pack({ a: new Date(0) }))],
  ['an extension', push([0x81, 0xa1, 0x61, 0xd4, 0x73, 0])],
  ['an integer past 2^53', push([0x81, 0xa1, 0x61, 0xcf, 0xff, 0xff, 0xff, 0xff, 1, 1, 1, 1])],
  ['NaN', push([0x81, 0xa1, 0x61, 0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0])],
  ['a byte that MessagePack never uses', push([0xc1])],
  ['a payload too deep', push(pack(deep(LIMITS.jsonDepthMax + 1)))],
  ['a hundred thousand levels', push(Array(100_000).fill(0x91))],
  ['references that multiply without end', push(bomb())],
])('WS-8 is malformed, with a sentence: %s', (_name, bytes) => {
  expect(() => decodeBinaryPush(bytes)).toThrow(MalformedFrame);
  expect(() => decodeBinaryPush(bytes)).toThrow(/\.$/);
});

test('WS-8 the deepest payload that is allowed is taken', () => {
  expect(decodeBinaryPush(push(pack(deep(LIMITS.jsonDepthMax)))).event).toBe('e');
});

test('WS-2 a field of more than 255 bytes is not encoded', () => {
  const frame = { joinRef: 'x'.repeat(256), ref: null, topic: 't', event: 'e', payload: {} };
  expect(() => encodeBinaryPush(frame)).toThrow(MalformedFrame);
});
