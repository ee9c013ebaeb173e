import type { Row } from '../screen/screen.ts';

/** The new rows, with those that look as before replaced by what they were: faces compare rows by identity. */
export function keepSame(before: readonly Row[], rows: readonly Row[]): readonly Row[] {
  const kept = rows.map((row, index) => {
    const old = before[index];
    return old && looksSame(old, row) ? old : row;
  });
  return kept.length === before.length && kept.every((row, index) => row === before[index]) ? before : kept;
}

function looksSame(one: Row, other: Row): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  return one.every((span, index) => {
    const { text, style, link, press } = other[index] ?? { text: undefined };
    return span.text === text && span.style === style && span.link === link && span.press === press;
  });
}
