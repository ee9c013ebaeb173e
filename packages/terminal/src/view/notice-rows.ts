import type { Row, Span } from '../screen/screen.ts';
import type { Notice } from '../state/state.ts';
import { safeText } from '../text/safe-text.ts';
import { textWidth } from '../text/text-width.ts';
import { wrap } from '../text/wrap.ts';
import { clockOf } from './day.ts';
import { linkedSpans } from './linked-spans.ts';
import type { Look } from './look.ts';

/** What a command showed, or what happened here; the time only where something happened. */
export function noticeRows({ kind, text, at }: Notice, look: Look): Row[] {
  const { styles } = look.theme;
  const style = kind === 'event' ? styles.notice : styles[kind];
  const time = `${clockOf(new Date(at), look.seconds)} `;
  const lead: Span[] =
    kind === 'event'
      ? [
          { text: time, style: styles.time },
          { text: '* ', style },
        ]
      : [];
  return safeText(text)
    .split('\n')
    .flatMap((line, index) => {
      const head = index === 0 ? lead : [];
      const indent = lead.length > 0 ? time.length + 2 : hangingIndent(line, look.width);
      const blank: Span = { text: ' '.repeat(indent), style };
      const rows = wrap(linkedSpans(line, style, styles.link), look.width - indent);
      // The first row of a table's line begins at the edge: it is wrapped as if it began with its indent.
      if (lead.length === 0) return hung(line, rows, blank, style, look, styles.link);
      return rows.map((row, at): Row => [...(at === 0 && head.length > 0 ? head : [blank]), ...row]);
    });
}

function hung(
  line: string,
  rows: Span[][],
  blank: Span,
  style: Span['style'],
  look: Look,
  link: Span['style'],
): Row[] {
  if (textWidth(line) <= look.width) return [linkedSpans(line, style, link)];
  const indent = blank.text.length;
  if (indent === 0) return rows;
  const rest = wrap(linkedSpans(line.slice(indent), style, link), look.width - indent);
  return rest.map(
    (row, at): Row => (at === 0 ? [{ text: line.slice(0, indent), style }, ...row] : [blank, ...row]),
  );
}

/** Where the second column of a table begins; further rows of its text stand under it. */
function hangingIndent(line: string, width: number): number {
  const [gap = ''] = /^[\x20-\x7e]*?\S {2,}(?=\S)/.exec(line) ?? /^ */.exec(line) ?? [];
  return gap.length <= width / 2 ? gap.length : 0;
}
