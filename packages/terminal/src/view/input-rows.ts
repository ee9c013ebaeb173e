import type { Row, Span, Style } from '../screen/screen.ts';
import { clustersOf } from '../text/clusters.ts';
import { safeText } from '../text/safe-text.ts';
import { textWidth } from '../text/text-width.ts';

export type InputRows = { rows: Row[]; cursor: { row: number; column: number } };

/**
 * The line being edited: as many rows as it needs up to `rowsMax`, those around the cursor where it needs more. `prompt`
 * stands before the first, blanks before the others.
 */
export function inputRows(
  { text, cursor }: { text: string; cursor: number },
  {
    prompt,
    style,
    width,
    rowsMax,
    conceal = false,
  }: { prompt: Span; style: Style; width: number; rowsMax: number; conceal?: boolean },
): InputRows {
  const indent = Math.min(textWidth(prompt.text), Math.max(0, width - 2));
  // One column stays free: the cursor behind the last character needs a place.
  const room = Math.max(1, width - indent - 1);
  const { lines, at } = laidOut(text, cursor, room, conceal);
  const first = Math.min(Math.max(0, at.row - rowsMax + 1), Math.max(0, lines.length - rowsMax));
  const rows = lines
    .slice(first, first + rowsMax)
    .map(
      (line, index): Row => [
        first + index === 0 && indent > 0 ? prompt : { text: ' '.repeat(indent), style },
        { text: line, style },
      ],
    );
  return { rows, cursor: { row: at.row - first, column: indent + at.column } };
}

function laidOut(text: string, cursor: number, room: number, conceal: boolean) {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  let offset = 0;
  let at = { row: 0, column: 0 };
  const mark = () => {
    if (offset === cursor) at = { row: lines.length, column: used };
  };
  for (const cluster of clustersOf(text)) {
    if (cluster === '\n') {
      mark();
      lines.push(line);
      line = '';
      used = 0;
    } else {
      const shown = conceal ? '•' : safeText(cluster);
      const wide = textWidth(shown);
      if (used + wide > room && used > 0) {
        lines.push(line);
        line = '';
        used = 0;
      }
      mark();
      // Wider than the whole room: only in a terminal of a few columns.
      if (wide <= room) {
        line += shown;
        used += wide;
      }
    }
    offset += cluster.length;
  }
  mark();
  lines.push(line);
  return { lines, at };
}
