import type { Row, Span } from '../screen/screen.ts';
import type { Notice } from '../state/state.ts';
import { safeText } from '../text/safe-text.ts';
import { wrap } from '../text/wrap.ts';
import { clockOf } from './day.ts';
import { linkedSpans } from './linked-spans.ts';
import type { Look } from './look.ts';

/** What a command showed, or what happened here; the time only where something happened. */
export function noticeRows({ kind, text, at }: Notice, look: Look): Row[] {
  const { styles } = look.theme;
  const style = kind === 'event' ? styles.notice : styles[kind];
  const time = `${clockOf(new Date(at), look.seconds)} `;
  const lines = safeText(text).split('\n');
  return lines.flatMap((line, index) => {
    if (kind !== 'event') {
      const indent = hangingIndent(line);
      const head: Span = { text: line.slice(0, indent), style };
      const rest = line.slice(indent);
      if (indent <= look.width / 2) return hung([head], rest);
      return [...hung([], head.text.trimEnd()), ...hung([{ text: BELOW, style }], rest)];
    }
    const blank = [{ text: ' '.repeat(time.length + 2), style }];
    const stamp = [
      { text: time, style: styles.time },
      { text: '* ', style },
    ];
    return hung(index === 0 ? stamp : blank, line);
  });

  /** `text` behind `head`, its further rows under its first. */
  function hung(head: readonly Span[], text: string): Row[] {
    const indent = head.reduce((sum, span) => sum + span.text.length, 0);
    const blank: Span = { text: ' '.repeat(indent), style };
    const rows = wrap(linkedSpans(text, style, styles.link), look.width - indent);
    return rows.map((row, at): Row => (indent === 0 ? row : at === 0 ? [...head, ...row] : [blank, ...row]));
  }
}

/** Where the second column of a table begins. */
function hangingIndent(line: string): number {
  const [gap = ''] = /^[\x20-\x7e]*?\S {2,}(?=\S)/.exec(line) ?? /^ */.exec(line) ?? [];
  return gap.length;
}

/** Before a second column that stands under the first, where they have no room beside each other. */
const BELOW = '    ';
