import { MalformedFrame } from './frames.ts';
import { type JsonBounds, tooDeep, tooMany } from './json-bounds.ts';

/**
 * Walks MessagePack that a client sent, before the library builds anything of it (spec WS-2): it MUST be one value that
 * JSON could say, whole, within the limits of JSON (spec REQ-10). The library would also build what a frame of a kilobyte can
 * make endless (references to what came before) or what no schema expects (dates, sets, classes, big integers).
 *
 * @throws {MalformedFrame}
 */
export function checkMessagePack(bytes: Uint8Array, bounds: JsonBounds): void {
  const reader: Reader = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    at: 0,
    values: 0,
    bounds,
  };
  checkValue(reader, bounds.depth);
  if (reader.at !== bytes.length)
    throw new MalformedFrame('Something follows the MessagePack of the payload.');
}

type Reader = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly bounds: JsonBounds;
  at: number;
  values: number;
};

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Moves past `count` bytes that have to be there; gives where they began. */
function skip(reader: Reader, count: number): number {
  const from = reader.at;
  if (count > reader.bytes.length - from)
    throw new MalformedFrame('The MessagePack of the payload is cut off.');
  reader.at += count;
  return from;
}

/** A big-endian size of `width` bytes. */
function readSize(reader: Reader, width: 1 | 2 | 4): number {
  const at = skip(reader, width);
  if (width === 1) return reader.view.getUint8(at);
  return width === 2 ? reader.view.getUint16(at) : reader.view.getUint32(at);
}

type Check = (reader: Reader, size: number, depth: number) => void;

/** Type bytes that a size follows: its width, and what it is the size of. */
const SIZED: Readonly<Record<number, readonly [width: 1 | 2 | 4, check: Check]>> = {
  217: [1, checkText],
  218: [2, checkText],
  219: [4, checkText],
  220: [2, checkArray],
  221: [4, checkArray],
  222: [2, checkMap],
  223: [4, checkMap],
};

/** Type bytes of nil, booleans and whole numbers of up to 32 bits: how many bytes follow. */
const PLAIN: Readonly<Record<number, number>> = {
  192: 0,
  194: 0,
  195: 0,
  204: 1,
  205: 2,
  206: 4,
  208: 1,
  209: 2,
  210: 4,
};

function checkValue(reader: Reader, depth: number): void {
  // The key of a map counts as well, which it does not in the text of JSON.
  if (++reader.values > 2 * reader.bounds.values)
    throw new MalformedFrame(`The payload of a frame ${tooMany(reader.bounds)}.`);
  const byte = reader.view.getUint8(skip(reader, 1));
  if (byte < 0x80 || byte >= 0xe0) return;
  if (byte < 0x90) checkMap(reader, byte & 0x0f, depth);
  else if (byte < 0xa0) checkArray(reader, byte & 0x0f, depth);
  else if (byte < 0xc0) checkText(reader, byte & 0x1f);
  else {
    const sized = SIZED[byte];
    if (sized) sized[1](reader, readSize(reader, sized[0]), depth);
    else checkScalar(reader, byte);
  }
}

function checkScalar(reader: Reader, byte: number): void {
  const size = PLAIN[byte];
  if (size !== undefined) skip(reader, size);
  else if (byte === 0xca) checkNumber(reader.view.getFloat32(skip(reader, 4)));
  else if (byte === 0xcb) checkNumber(reader.view.getFloat64(skip(reader, 8)));
  else if (byte === 0xcf) checkInteger(reader.view.getBigUint64(skip(reader, 8)));
  else if (byte === 0xd3) checkInteger(reader.view.getBigInt64(skip(reader, 8)));
  else
    throw new MalformedFrame('The MessagePack of a payload has only what JSON has: no bytes, no extensions.');
}

function checkArray(reader: Reader, length: number, depth: number): void {
  checkDepth(depth);
  for (let index = 0; index < length; index++) checkValue(reader, depth - 1);
}

function checkMap(reader: Reader, size: number, depth: number): void {
  checkDepth(depth);
  for (let index = 0; index < size; index++) {
    const key = reader.bytes[reader.at] ?? 0;
    if ((key < 0xa0 || key >= 0xc0) && (key < 0xd9 || key > 0xdb))
      throw new MalformedFrame('The keys of a MessagePack map are text.');
    checkValue(reader, depth - 1);
    checkValue(reader, depth - 1);
  }
}

function checkDepth(depth: number): void {
  if (depth === 0) throw new MalformedFrame(`The payload of a frame ${tooDeep()}.`);
}

function checkText(reader: Reader, length: number): void {
  const from = skip(reader, length);
  for (let at = from; at < reader.at; at++) {
    if ((reader.bytes[at] ?? 0) < 0x80) continue;
    try {
      decoder.decode(reader.bytes.subarray(from, reader.at));
      return;
    } catch {
      throw new MalformedFrame('A text in the MessagePack of the payload is not UTF-8.');
    }
  }
}

function checkNumber(value: number): void {
  if (!Number.isFinite(value)) throw new MalformedFrame('Numbers are finite.');
}

function checkInteger(value: bigint): void {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
    throw new MalformedFrame('Integers are within 2^53.');
}
