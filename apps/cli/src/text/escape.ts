/**
 * What could change a terminal or hide in it: control characters (ANSI sequences begin with one), bidi controls, line
 * separators, and invisible characters. The zero-width joiner and the variation selectors stay: emoji need them.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\u{e0000}-\u{e0fff}]/gu;
/** In JSON the C0 controls are escaped already. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** One line that a terminal shows as it is: what is unsafe becomes visible, like <U+202E>. */
export function escapeForTerminal(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (sign) => `<U+${codeOf(sign)}>`);
}

/** JSON in one line, safe to look at in a terminal too. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE_IN_JSON, (sign) => `\\u${codeOf(sign).toLowerCase()}`);
}

function codeOf(sign: string): string {
  return (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
