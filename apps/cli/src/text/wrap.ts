import { INDENT } from '@tpx/terminal';

const MIN_COLUMNS = 20;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Breaks a line at its spaces, so that the terminal does not break it inside a word. What follows is indented: else a
 * text padded to the edge of the screen could put the head of another message at the beginning of a row (TERM-81).
 * A long word of plain ASCII stays whole, so that an address or an invite can be copied; it cannot hold such a head.
 */
export function wrapLine(line: string, columns: number): string[] {
  if (columns < MIN_COLUMNS || Bun.stringWidth(line) <= columns) return [line];
  const rows: string[] = [];
  let row = '';
  for (const piece of piecesOf(line, columns - INDENT.length)) {
    // Spaces at the end of a row need no room.
    if (piece.startsWith(' ') || row === '' || row === INDENT || Bun.stringWidth(row + piece) <= columns) {
      row += piece;
    } else {
      rows.push(withoutEnd(row));
      row = INDENT + piece;
    }
  }
  return [...rows, withoutEnd(row)];
}

/** Runs of spaces, words, and parts of words that are longer than a row. */
function piecesOf(line: string, columns: number): string[] {
  const words = line.match(/ +|[^ ]+/g) ?? [];
  return words.flatMap((word) =>
    Bun.stringWidth(word) <= columns || /^[ -~]+$/.test(word) ? [word] : cut(word, columns),
  );
}

function cut(word: string, columns: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes.segment(word)) {
    if (piece !== '' && Bun.stringWidth(piece + segment) > columns) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}

/** `trimEnd` would take other kinds of spaces too, which have been counted as signs. */
function withoutEnd(row: string): string {
  return row.replace(/ +$/, '');
}
