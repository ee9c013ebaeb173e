import {
  decodeBinaryPush,
  decodeTextFrame,
  encodeBinaryPush,
  encodeTextFrame,
  excessOf,
  type Frame,
  LIMITS,
  MalformedFrame,
  payloadBounds,
  type Ref,
} from '@tpx/protocol';
import { GOLDEN_BINARY, GOLDEN_TEXT, type SeededRandom, seededRandom } from '@tpx/testkit';

const TEXTS = GOLDEN_TEXT.map((vector) => vector.text);
const PUSHES = GOLDEN_BINARY.filter(({ kind }) => kind === 'push').map(({ hex }) =>
  Uint8Array.from(Buffer.from(hex, 'hex')),
);

/** What breaks decoders, put in where something else stood. */
const SNIPPETS = [
  ...[
    '[',
    ']',
    '{',
    '}',
    '"',
    ',',
    ':',
    '\\',
    '\\u0000',
    '\\ud800',
    '\u0000',
    '\u202e',
    '😀',
    'null',
    'true',
  ],
  ...[
    '1e999',
    '-0',
    '0x10',
    'NaN',
    '{"__proto__":1}',
    '"constructor"',
    '[[[[[[[[[[[[[[[[[[',
    '"phx_join"',
    ' ',
  ],
  '"'.repeat(70),
];
/** Type and size bytes of MessagePack that promise much. */
const BYTES = [
  0, 1, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc4, 0xc7, 0xca, 0xcb, 0xcf, 0xd3,
];
const LARGE = [0xd4, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff];

export function mutatedText(random: SeededRandom): string {
  let frame = random.pick(TEXTS);
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(frame.length + 1);
    const end = Math.min(frame.length, at + random.below(12));
    switch (random.below(5)) {
      case 0:
        frame = frame.slice(0, at) + random.pick(SNIPPETS) + frame.slice(end);
        break;
      case 1:
        frame = frame.slice(0, at) + frame.slice(end);
        break;
      case 2:
        frame = frame.slice(0, at) + frame.slice(at, end).repeat(1 + random.below(5)) + frame.slice(end);
        break;
      case 3:
        frame = frame.slice(0, at) + String.fromCharCode(random.below(0x10000)) + frame.slice(at + 1);
        break;
      default:
        frame = frame.slice(0, at) + random.pick(TEXTS).slice(random.below(40));
    }
  }
  return frame;
}

export function mutatedBytes(random: SeededRandom): Uint8Array<ArrayBuffer> {
  if (random.below(5) === 0) return Uint8Array.from(random.bytes(random.below(200)));
  const bytes = [...random.pick(PUSHES)];
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(bytes.length + 1);
    switch (random.below(4)) {
      case 0:
        bytes[at] = random.below(256);
        break;
      case 1:
        bytes.splice(
          at,
          random.below(6),
          random.pick([...BYTES, ...LARGE]),
          ...random.bytes(random.below(5)),
        );
        break;
      case 2:
        bytes.splice(at, random.below(12));
        break;
      default:
        bytes.splice(at, 0, ...bytes.slice(at, at + random.below(20)));
    }
  }
  return Uint8Array.from(bytes);
}

export type FuzzResult = { taken: number; refused: number; slowestMs: number };

/**
 * Every input is a frame within the limits, which comes out of its own encoding as it went in, or is refused as
 * malformed. @throws what else a decoder does, with the input
 */
export function fuzzDecoders(seed: number, inputs: number): FuzzResult {
  const random = seededRandom(seed);
  const result: FuzzResult = { taken: 0, refused: 0, slowestMs: 0 };
  for (let n = 0; n < inputs; n++) {
    const input = n % 2 === 0 ? mutatedText(random) : mutatedBytes(random);
    const startedAt = performance.now();
    try {
      check(typeof input === 'string' ? decodeTextFrame(input) : decodeBinaryPush(input));
      result.taken++;
    } catch (error) {
      if (!(error instanceof MalformedFrame)) {
        throw new Error(`Input ${n} of seed ${seed}: ${JSON.stringify(input)}`, { cause: error });
      }
      result.refused++;
    }
    result.slowestMs = Math.max(result.slowestMs, performance.now() - startedAt);
  }
  return result;
}

function check(frame: Frame): void {
  const { joinRef, ref, topic, event, payload } = frame;
  const withinLimits =
    String(joinRef).length <= 64 &&
    String(ref).length <= 64 &&
    topic.length <= LIMITS.topicMax &&
    event.length <= LIMITS.eventNameMax &&
    !excessOf(JSON.stringify(payload), payloadBounds(event));
  if (!withinLimits) throw new Error('The frame is past the limits.');
  const text = JSON.stringify(frame);
  if (JSON.stringify(decodeTextFrame(encodeTextFrame(frame))) !== text)
    throw new Error('The frame came out of its text as another.');
  // Half a character can't be said in UTF-8, an empty ref means none in binary, and the library renames `__proto__`.
  if (!/\\ud|"__proto__"/.test(text) && joinRef !== '' && ref !== '') checkBinary(frame, text);
}

function checkBinary(frame: Frame, text: string): void {
  const again = decodeBinaryPush(encodeBinaryPush(frame));
  // A binary frame has a number as its digits.
  const digits = (ref: Ref) => (ref === null ? null : String(ref));
  const expected = { ...JSON.parse(text), joinRef: digits(frame.joinRef), ref: digits(frame.ref) };
  if (!Bun.deepEquals(again, expected)) throw new Error('The frame came out of its bytes as another.');
}
