/**
 * What a span may hold (spec TERM-2). Whatever others wrote passes through here before it is laid out: the server cleans
 * text too, but a terminal must not have to trust it.
 */
const PLAIN = /^[\x20-\x7e\n]*$/;
/** What a terminal obeys or what hides in a text. Tabs and line feeds are dealt with before. */
const UNSAFE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u206f\ufff0-\ufffb]|(?![\u200d\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}|[\u200e\u200f\u061c]/gu;
/** Joiners and variation selectors are kept where they make an emoji, and only there. */
const STRAY_JOINER =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?)\u200d|\u200d(?!\p{Extended_Pictographic})/gu;
const STRAY_SELECTOR = /(?<!\p{Emoji})[\ufe0e\ufe0f]/gu;
/** More marks than any script puts on one letter paint over the rows above and below. */
const MARKS_IN_A_ROW = /(\p{M}{4})\p{M}+/gu;

const TAB = '    ';

/** Text of several lines: only line feeds are left of all control characters. */
export function safeText(text: string): string {
  if (PLAIN.test(text)) return text;
  return wellFormed(text)
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replaceAll('\t', TAB)
    .replace(UNSAFE, '')
    .replace(STRAY_JOINER, '')
    .replace(STRAY_SELECTOR, '')
    .replace(MARKS_IN_A_ROW, '$1');
}

/** Half of a surrogate pair becomes the sign for what is no character. `toWellFormed` is not there on phones. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** A name or anything else of one line: line breaks are blanks. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', ' ');
}
