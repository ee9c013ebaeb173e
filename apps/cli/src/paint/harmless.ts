/**
 * Controls (ESC begins with one), separators of lines, and the signs that turn the direction of what follows. The
 * terminal's own rows hold none of these (TERM-2); the painter is the last door and looks again.
 */
const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const WEB_ADDRESS = /^(?:https?:\/\/|mailto:)[!-~]+$/i;
const LONGEST_ADDRESS = 2_000;

export function harmless(text: string): string {
  return text.toWellFormed().replace(HARMFUL, '\ufffd');
}

/** An address that may stand in an escape sequence; undefined for what is none. */
export function harmlessAddress(address: string): string | undefined {
  return address.length <= LONGEST_ADDRESS && WEB_ADDRESS.test(address) ? address : undefined;
}
