import { expect, test } from 'bun:test';
import { z } from 'zod';
import {
  boundedString,
  integerParameter,
  lineString,
  messageString,
  nameString,
  proseString,
  seqNumber,
} from './string-schemas.ts';

/** Characters at which bounds and patterns have been wrong: outside the BMP, invisible, blank, marks, controls. */
const PIECES = [
  ...['a', 'Z', '7', '-', ' ', '\n', '\r', '\t', '.', '"', 'é', 'ß', '字', 'ع'],
  ...[
    '😀',
    '𝔸',
    '\u{1f1e9}\u{1f1ea}',
    '\u0301',
    '\u200b',
    '\u200d',
    '\u202e',
    '\u2066',
    '\u0000',
    '\u001b',
    '\u007f',
    '\u2028',
  ],
  ...[
    '\u2800',
    '\ufffc',
    '\u{1d159}',
    '\u3164',
    '\u115f',
    '\u00a0',
    '\u3000',
    '\ufe0f',
    '\u{e0041}',
    '\u00ad',
    '\u061c',
  ],
];
const MAX = 6;

/** xorshift: the same strings each time. */
function strings(count: number): string[] {
  let state = 88_172_645;
  const below = (bound: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: below(MAX + 3) }, () => PIECES[below(PIECES.length)]).join(''),
  );
}

type Keywords = { minLength?: number; maxLength?: number; pattern?: string };

/** JSON Schema 2020-12, validation, section 6.3: lengths are in code points, patterns are ECMA-262 with `u`. */
function allows(
  { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern = '' }: Keywords,
  text: string,
) {
  const length = [...text].length;
  return length >= minLength && length <= maxLength && new RegExp(pattern, 'u').test(text);
}

const SCHEMAS = {
  bounded: boundedString({ min: 2, max: MAX }),
  matching: boundedString({ max: MAX, pattern: '^[^\\u0000]*$' }),
  name: nameString(MAX),
  line: lineString(MAX),
  prose: proseString(MAX),
  message: messageString(MAX),
};

for (const [name, schema] of Object.entries(SCHEMAS)) {
  test(`REST-13 the document's schema of a ${name} string allows what is accepted, and nothing else`, () => {
    const keywords = z.toJSONSchema(schema, { io: 'input' }) as Keywords;
    const wrong = strings(20_000).filter((text) => allows(keywords, text) !== schema.safeParse(text).success);
    expect(wrong.map((text) => JSON.stringify(text))).toEqual([]);
    expect(allows(keywords, '😀'.repeat(MAX))).toBe(true);
    expect(allows(keywords, 'a'.repeat(MAX + 1))).toBe(false);
  });
}

test('REST-13 each character counts as seen in the document where it makes a name', () => {
  const keywords = z.toJSONSchema(nameString(MAX), { io: 'input' }) as Keywords;
  const schema = nameString(MAX);
  const wrong: string[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    const text = String.fromCodePoint(point);
    // Half of a surrogate pair is no text: JSON Schema says nothing about it.
    if (!text.isWellFormed()) continue;
    if (allows(keywords, text) !== schema.safeParse(text).success) wrong.push(point.toString(16));
  }
  expect(wrong).toEqual([]);
});

test('REST-13 whole numbers end where JSON numbers stop being whole', () => {
  expect(seqNumber.safeParse(2 ** 53 - 1).success).toBe(true);
  expect(seqNumber.safeParse(2 ** 53).success).toBe(false);
  const parameter = integerParameter(1, 100);
  expect(parameter.parse('100')).toBe(100);
  for (const text of [
    '',
    ' ',
    '0',
    '101',
    '1e1',
    '0x10',
    '1.5',
    ' 5',
    '5 ',
    '+5',
    'Infinity',
    '9007199254740993',
  ])
    expect(parameter.safeParse(text).success).toBe(false);
});

test('TEXT-2 lengths are in code points', () => {
  expect(nameString(MAX).safeParse('😀'.repeat(MAX)).success).toBe(true);
  expect(nameString(MAX).safeParse('😀'.repeat(MAX + 1)).success).toBe(false);
});
