/**
 * Text as it is stored (spec TEXT-1 to TEXT-3): NFC, without control characters except line feed and tab, without bidi
 * overrides and isolates, without lone surrogates. It is not escaped here: every face escapes when it renders.
 */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Invisible fillers that make two names look alike. The zero-width joiner stays in messages: emoji need it. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/;
const PLAIN_ASCII = /^[\x20-\x7e]*$/;

/** A message's or a description's text. */
export function cleanText(text: string): string {
  if (PLAIN_ASCII.test(text)) return text;
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const safe = UNSAFE.test(lines) ? lines.toWellFormed().replace(CONTROLS, '').replace(BIDI, '') : lines;
  // Last: what was removed may have stood between letters that compose.
  return safe.normalize('NFC');
}

/** A name in one line: no line breaks, no invisible characters, single spaces, trimmed. */
export function cleanName(text: string): string {
  return cleanText(text).replace(INVISIBLE, '').normalize('NFC').replace(/\s+/g, ' ').trim();
}
