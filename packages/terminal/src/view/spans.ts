import type { Row, Span, Style } from '../screen/screen.ts';
import { shorten, textWidth } from '../text/text-width.ts';

const PLAIN: Style = {};

function rowWidth(row: readonly Span[]): number {
  return row.reduce((width, { text }) => width + textWidth(text), 0);
}

/** At most `width` columns of the row; an ellipsis says that there was more. */
export function cutRow(row: readonly Span[], width: number): Row {
  let left = width;
  const cutTo: Span[] = [];
  for (const span of row) {
    const wide = textWidth(span.text);
    if (wide > left) {
      if (left > 0) cutTo.push({ ...span, text: shorten(span.text, left) });
      return cutTo;
    }
    cutTo.push(span);
    left -= wide;
  }
  return cutTo;
}

/** Exactly `width` columns, blank where the row ends before. */
export function padRow(row: readonly Span[], width: number, style: Style): Row {
  const cutTo = cutRow(row, width);
  const missing = width - rowWidth(cutTo);
  return missing > 0 ? [...cutTo, { text: ' '.repeat(missing), style }] : cutTo;
}

/** `left` and, as far as there is room for it, `right` at the other end. */
export function spreadRow(left: readonly Span[], right: readonly Span[], width: number, style: Style): Row {
  const rightWidth = rowWidth(right);
  if (rightWidth === 0 || rightWidth > width - 2) return padRow(left, width, style);
  const room = width - rightWidth - 1;
  return [...padRow(left, room, style), { text: ' ', style }, ...right];
}

/** Text right-aligned in `width` columns. */
export function alignRight(text: string, width: number): string {
  const fitted = shorten(text, width);
  return ' '.repeat(Math.max(0, width - textWidth(fitted))) + fitted;
}

export function alignLeft(text: string, width: number): string {
  const fitted = shorten(text, width);
  return fitted + ' '.repeat(Math.max(0, width - textWidth(fitted)));
}

const onGround = new WeakMap<Style, WeakMap<Style, Style>>();

/** The style on the other's ground: what a line that is picked out does to everything in it. */
function over(style: Style, ground: Style): Style {
  let known = onGround.get(ground);
  if (!known) {
    known = new WeakMap();
    onGround.set(ground, known);
  }
  let result = known.get(style);
  if (!result) {
    result = {
      ...style,
      ...(ground.bg && { bg: ground.bg }),
      ...(ground.inverse && { inverse: true }),
      ...(ground.bold && { bold: true }),
    };
    known.set(style, result);
  }
  return result;
}

export function onGroundRow(row: Row, ground: Style, width: number): Row {
  return padRow(
    row.map((span) => ({ ...span, style: over(span.style, ground) })),
    width,
    over(PLAIN, ground),
  );
}
