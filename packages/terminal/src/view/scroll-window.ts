import type { Row } from '../screen/screen.ts';
import type { Anchor, Scroll } from '../state/state.ts';
import type { Scrollback } from './scrollback.ts';

/** The last row that is shown belongs to the item at `index`, with `below` more of its rows under the edge. */
type Edge = { index: number; below: number };

export type Window = {
  /** At most as many as were asked for, the lowest last. */
  rows: Row[];
  /** The oldest item that is shown. */
  top: number;
  /** The first row of all is shown. */
  isWhole: boolean;
  /** Items that are not shown because they are under the edge. */
  itemsBelow: number;
};

type Laid = Pick<Scrollback, 'rowsOf' | 'timeline'>;

/** The rows that are visible, and only those are made. `cleared`: nothing above is shown at the bottom, after `/clear`. */
export function windowOf(laid: Laid, scroll: Scroll, height: number, cleared?: Anchor): Window {
  const edge = edgeOf(laid, scroll);
  const first = scroll === 'bottom' && cleared ? laid.timeline.indexOf(cleared) + 1 : 0;
  const rows: Row[] = [];
  let { index } = edge;
  let hidden = edge.below;
  for (; index >= first && rows.length < height; index--) {
    const all = laid.rowsOf(index);
    const shown = all.slice(0, Math.max(0, all.length - hidden));
    hidden = 0;
    for (let at = shown.length - 1; at >= 0 && rows.length < height; at--) {
      const row = shown[at];
      if (row) rows.push(row);
    }
  }
  rows.reverse();
  return { rows, top: index + 1, isWhole: index < 0, itemsBelow: laid.timeline.length - 1 - edge.index };
}

/** `by` rows up, or down where it is negative; stops at the first row and at the last. */
export function scrollBy(laid: Laid, scroll: Scroll, by: number, height: number): Scroll {
  const edge = move(laid, edgeOf(laid, scroll), by);
  if (by <= 0 || !edge) return toScroll(laid, edge);
  // Not past the top: a window that is not full goes down again by what is missing.
  const missing = height - windowOf(laid, toScroll(laid, edge), height).rows.length;
  return toScroll(laid, missing > 0 ? move(laid, edge, -missing) : edge);
}

/** So that the item begins at the top, under `above` rows of what is before it. */
export function scrollTo(laid: Laid, index: number, height: number, above = 2): Scroll {
  let rows = 0;
  for (let at = index; at < laid.timeline.length; at++) {
    rows += laid.rowsOf(at).length;
    if (rows >= height - above) return toScroll(laid, { index: at, below: rows - (height - above) });
  }
  return 'bottom';
}

/** The nearest scroll that shows all of the item, or its beginning where it is too tall. */
export function scrollToShow(laid: Laid, scroll: Scroll, index: number, height: number): Scroll {
  const { top } = windowOf(laid, scroll, height);
  const edge = edgeOf(laid, scroll);
  if (index < top || (index === top && !showsAll(laid, scroll, index, height)))
    return scrollTo(laid, index, height, 0);
  if (index > edge.index || (index === edge.index && edge.below > 0)) {
    return laid.rowsOf(index).length > height
      ? scrollTo(laid, index, height, 0)
      : toScroll(laid, { index, below: 0 });
  }
  return scroll;
}

function showsAll(laid: Laid, scroll: Scroll, index: number, height: number): boolean {
  const edge = edgeOf(laid, scroll);
  let rows = -edge.below;
  for (let at = edge.index; at >= index; at--) rows += laid.rowsOf(at).length;
  return rows <= height;
}

function edgeOf({ timeline }: Laid, scroll: Scroll): Edge {
  if (scroll === 'bottom') return { index: timeline.length - 1, below: 0 };
  const index = timeline.indexOf(scroll.anchor);
  return index < 0 ? { index: 0, below: 0 } : { index, below: scroll.below };
}

/** undefined for the bottom. */
function move(laid: Laid, edge: Edge, by: number): Edge | undefined {
  let { index, below } = edge;
  below += by;
  while (below < 0) {
    index++;
    if (index >= laid.timeline.length) return undefined;
    below += laid.rowsOf(index).length;
  }
  while (index > 0 && below >= laid.rowsOf(index).length) {
    below -= laid.rowsOf(index).length;
    index--;
  }
  return index === laid.timeline.length - 1 && below <= 0 ? undefined : { index, below };
}

function toScroll({ timeline }: Laid, edge: Edge | undefined): Scroll {
  if (!edge || (edge.index >= timeline.length - 1 && edge.below <= 0)) return 'bottom';
  return { anchor: timeline.anchorAt(edge.index), below: edge.below };
}
