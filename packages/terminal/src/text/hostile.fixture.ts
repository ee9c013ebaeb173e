import type { SeededRandom } from '@tpx/testkit';

/** What a terminal would obey, what hides, and what is only hard to measure. */
const PIECES = [
  'a',
  'word ',
  'Grüße',
  '한국어',
  '你好世界',
  '👩‍👩‍👧',
  '👍🏽',
  '🇩🇪',
  '❤️',
  'e\u0301',
  '\u0301\u0302\u0303\u0304\u0305\u0306',
  '\u001b[31m',
  '\u001b]52;c;eA==\u0007',
  '\u009b2J',
  '\u0000',
  '\u0007',
  '\r',
  '\n',
  '\t',
  '\u007f',
  '\u0085',
  '\u202e',
  '\u2066',
  '\u2069',
  '\u200f',
  '\u061c',
  '\u2028',
  '\u2029',
  '\u200b',
  '\u200c',
  '\u200d',
  '\ufeff',
  '\u00ad',
  '\u2060',
  '\u3164',
  '\u115f',
  '\u034f',
  '\u180e',
  '\ufe0f',
  '\ufe0e',
  '\u{e0041}',
  '\u{e0100}',
  '\ud800',
  '\udc00',
  'https://example.org/a?b=1',
  'javascript:alert(1)',
  'x'.repeat(60),
  '漢'.repeat(30),
  '  ',
  '(',
  '/me ',
  '\u{1f3f4}\u{e0067}',
  'नमस्ते',
  'สวัสดี',
  'مرحبا',
  'שלום',
  '﷽',
  'ｶﾞ',
  'ᄀ',
  '\u{10ffff}',
  '\ufffe',
];

export function hostileText(random: SeededRandom, piecesMax: number): string {
  return Array.from({ length: random.below(piecesMax) + 1 }, () => random.pick(PIECES)).join('');
}

/** What no span may hold (TERM-2), said without the rule's own expression. */
export function forbiddenIn(text: string): string | undefined {
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    const isSeparator = code === 0x2028 || code === 0x2029;
    const isBidi =
      code === 0x61c ||
      code === 0x200e ||
      code === 0x200f ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069);
    const isZeroWidth = [
      0x200b, 0x200c, 0x2060, 0xfeff, 0xad, 0x34f, 0x115f, 0x1160, 0x3164, 0xffa0, 0x180e,
    ].includes(code);
    const isTag = code >= 0xe0000 && code <= 0xe0fff;
    if (isControl || isSurrogate || isSeparator || isBidi || isZeroWidth || isTag)
      return `U+${code.toString(16)}`;
  }
  return undefined;
}
