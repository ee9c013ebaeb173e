import type { Span, Style } from '../screen/screen.ts';
import { splitLinks } from '../text/links.ts';

/** A safe line with its addresses as spans of their own. */
export function linkedSpans(line: string, style: Style, linkStyle: Style): Span[] {
  return splitLinks(line).map(({ text, link }) =>
    link === undefined ? { text, style } : { text, style: linkStyle, link },
  );
}
