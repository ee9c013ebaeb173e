import type { Row, Span } from '../screen/screen.ts';
import { shorten } from '../text/text-width.ts';
import type { Look } from './look.ts';
import { alignRight } from './spans.ts';

/** `grouped`: the row before is of the same person, whose name is not repeated. */
export type MarginOf = { time: string; nick: Span; grouped: boolean; press?: string };

/** What stands to the left of a text: the time and the name in its first row, blank in the others. */
export type Margin = {
  /** Columns for each row of the text. */
  textWidth: number;
  /** What the text itself begins with, where there is no column for names. */
  lead: readonly Span[];
  lay(rows: readonly (readonly Span[])[]): Row[];
  /** Rows that belong to the text and follow it. */
  below(rows: readonly (readonly Span[])[]): Row[];
};

export function marginOf(look: Look, of: MarginOf): Margin {
  return look.nickWidth === 0 ? inline(look, of) : columns(look, of);
}

/** `12:03      alice │ hello`. */
function columns(
  { theme, width, indent, nickWidth }: Look,
  { time, nick, grouped, press }: MarginOf,
): Margin {
  const { styles } = theme;
  const line: Span = { text: ' │ ', style: styles.border };
  const others: Span[] = [{ text: ' '.repeat(indent - 3), style: styles.time }, line];
  const first: Span[] = [
    { text: `${time} `, style: styles.time, ...(press !== undefined && { press }) },
    { ...nick, text: grouped ? ' '.repeat(nickWidth) : alignRight(nick.text, nickWidth) },
    line,
  ];
  return laidWith(first, others, [], width - indent);
}

/** `12:03 alice: hello`. */
function inline({ theme, width, indent }: Look, { time, nick, grouped, press }: MarginOf): Margin {
  const { styles } = theme;
  const blank: Span = { text: ' '.repeat(indent), style: styles.time };
  const stamp: Span = { text: `${time} `, style: styles.time, ...(press !== undefined && { press }) };
  const room = Math.max(1, Math.floor((width - indent) / 2));
  const lead: Span[] = [
    { ...nick, text: shorten(nick.text, room) },
    { text: nick.text === '*' ? ' ' : ': ', style: styles.text },
  ];
  return laidWith([stamp], [blank], grouped ? [] : lead, width - indent);
}

function laidWith(
  first: readonly Span[],
  others: readonly Span[],
  lead: readonly Span[],
  width: number,
): Margin {
  return {
    textWidth: Math.max(1, width),
    lead,
    lay: (rows) => rows.map((row, index) => [...(index === 0 ? first : others), ...row]),
    below: (rows) => rows.map((row) => [...others, ...row]),
  };
}
