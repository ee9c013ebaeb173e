import type { Row } from '../screen/screen.ts';
import type { Theme } from '../themes/theme.ts';
import { spreadRow } from './spans.ts';

export type ListEntry = { label: string; detail: string };

/** Entries to choose from, one a row; those around the chosen one where they are more than `height`. */
export function listRows(
  entries: readonly ListEntry[],
  chosen: number,
  theme: Theme,
  width: number,
  height: number,
): Row[] {
  const { styles } = theme;
  const first = Math.min(Math.max(0, chosen - Math.floor(height / 2)), Math.max(0, entries.length - height));
  return entries.slice(first, first + height).map(({ label, detail }, index): Row => {
    const isChosen = first + index === chosen;
    const style = isChosen ? styles.listChosen : styles.list;
    const press = `offer ${first + index}`;
    return spreadRow(
      [{ text: ` ${label}`, style, press }],
      detail === '' ? [] : [{ text: `${detail} `, style: isChosen ? style : styles.listFaint, press }],
      width,
      style,
    );
  });
}
