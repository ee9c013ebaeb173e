import { UsageError } from './usage-error.ts';

/** One word of a line, where it stands there, and whether it was quoted: then it is only itself, never a reference. */
export type Word = { text: string; start: number; end: number; quoted: boolean; open: boolean };

const SPACE = /\s/;

/**
 * The words of `line` from `from` on (spec TERM-11). A quotation mark at the beginning of a word opens a quotation, in
 * which spaces are part of the word. A backslash takes a space, a quotation mark or another backslash as it is; before
 * anything else it stands for itself. `open` is a quotation without an end.
 */
export function splitWords(line: string, from = 0): Word[] {
  const words: Word[] = [];
  for (let at = from; ; ) {
    while (at < line.length && SPACE.test(line.charAt(at))) at++;
    if (at >= line.length) return words;
    const word = readWord(line, at);
    words.push(word);
    at = word.end;
  }
}

function readWord(line: string, start: number): Word {
  const quoted = line.charAt(start) === '"';
  let inside = quoted;
  let text = '';
  let at = quoted ? start + 1 : start;
  for (; at < line.length; at++) {
    const sign = line.charAt(at);
    const next = line.charAt(at + 1);
    if (sign === '\\' && (next === '"' || next === '\\' || (!inside && next !== '' && SPACE.test(next)))) {
      text += next;
      at++;
    } else if (inside && sign === '"') {
      inside = false;
    } else if (!inside && SPACE.test(sign)) {
      break;
    } else {
      text += sign;
    }
  }
  return { text, start, end: at, quoted, open: inside };
}

/** @throws {UsageError} */
export function requireClosed(word: Word): void {
  if (word.open)
    throw new UsageError('This quotation has no end: close it with ".', { start: word.start, end: word.end });
}

/** A word that reads back as `text`, quoted only where it has to be. */
export function quoteWord(text: string): string {
  if (text !== '' && !/[\s"\\]/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
