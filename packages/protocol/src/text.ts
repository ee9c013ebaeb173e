/**
 * Text as it is stored (spec TEXT-1 to TEXT-3): NFC, without control characters except line feed and tab, without bidi
 * overrides and isolates, without lone surrogates. It is not escaped here: every face escapes when it renders.
 */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/**
 * What a name does not show: default-ignorable characters (fillers, joiners, selectors, tags) and formats, apart from the
 * Arabic signs that are written before numbers. The zero-width joiner stays in messages: emoji need it.
 */
const INVISIBLE =
  /\p{Default_Ignorable_Code_Point}|(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])\p{Cf}/gu;
/**
 * Blanks of any width. Unicode has a category for spaces and none for letters and symbols whose picture is empty: those
 * are named (braille blank, null notehead, Egyptian and SignWriting blanks, the place of an object).
 */
const BLANKS = /[\s\p{Z}\u2800\ufffc\u{13441}\u{13442}\u{1d159}\u{1da7f}\u{1da80}]+/gu;
/** Letters, numbers, punctuation, symbols: marks stand on nothing alone, and what is unassigned or private has no picture. */
const INK = /[\p{L}\p{N}\p{P}\p{S}\p{Extended_Pictographic}]/u;
/**
 * Two of these rules for JSON Schema (ECMA-262 with the `u` flag). Something in it can be seen, as `cleanName` judges it: of
 * what it leaves out only these count as letters or symbols. Ranges instead of \p{Extended_Pictographic}, which few know.
 */
const EMPTY_INK = [
  ...[0x115f, 0x1160, 0x2800, 0x3164, 0xffa0, 0xfffc],
  ...[0x13441, 0x13442, 0x1d159, 0x1da7f, 0x1da80],
];
export const SEEN_PATTERN = `(?![${String.fromCodePoint(...EMPTY_INK)}])[\\p{L}\\p{N}\\p{P}\\p{S}\u{1f000}-\u{1faff}\u{1fc00}-\u{1fffd}]`;
/** `cleanText` leaves something of it. A carriage return becomes a line feed, so it counts. */
export const TEXT_PATTERN =
  '[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]';
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/;
/**
 * Marks in a row beyond what any language writes (UAX #15, Stream-Safe Text Format). Normalization sorts them, in quadratic
 * time: 16,000 of them would take a second.
 */
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu;
const PLAIN_ASCII = /^[\x20-\x7e]*$/;

/** A message's or a description's text. */
export function cleanText(text: string): string {
  if (PLAIN_ASCII.test(text)) return text;
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const safe = UNSAFE.test(lines) ? lines.toWellFormed().replace(CONTROLS, '').replace(BIDI, '') : lines;
  // Last: what was removed may have stood between letters that compose.
  return safe.replace(TOO_MANY_MARKS, '$1').normalize('NFC');
}

/**
 * A name or another text of one line, so that two names that look alike are alike: no line breaks, no invisible
 * characters, single spaces, trimmed. Empty where nothing of it would be seen.
 */
export function cleanName(text: string): string {
  const name = cleanText(text).replace(INVISIBLE, '').normalize('NFC').replace(BLANKS, ' ').trim();
  return INK.test(name) ? name : '';
}

/** A description: a text of several lines, empty where nothing of it would be seen. */
export function cleanProse(text: string): string {
  const prose = cleanText(text);
  return cleanName(prose) === '' ? '' : prose;
}
