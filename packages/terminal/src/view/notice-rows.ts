import type { Row, Span } from '../screen/screen.ts';
import type { Notice } from '../state/state.ts';
import { safeText } from '../text/safe-text.ts';
import { wrap } from '../text/wrap.ts';
import { clockOf } from './day.ts';
import { linkedSpans } from './linked-spans.ts';
import type { Look } from './look.ts';

/** What a command showed, or what happened here. The time only where something happened. */
export function noticeRows({ kind, text, at }: Notice, look: Look): Row[] {
  const { styles } = look.theme;
  const style = kind === 'event' ? styles.notice : styles[kind];
  const lead: Span[] =
    kind === 'event'
      ? [
          { text: `${clockOf(new Date(at), look.seconds)} `, style: styles.time },
          { text: '* ', style },
        ]
      : [];
  const indent = kind === 'event' ? ' '.repeat(look.seconds ? 11 : 8) : '';
  const lines = safeText(text)
    .split('\n')
    .flatMap((line, index) => {
      // Signs that line up with the row above them must not be moved by wrapping at blanks.
      const width = Math.max(1, look.width - indent.length);
      return wrap(linkedSpans(line, style, styles.link), width).map((row, at): Row => {
        if (indent === '') return row;
        return index === 0 && at === 0 ? [...lead, ...row] : [{ text: indent, style }, ...row];
      });
    });
  return lines;
}
