import { openTab, type Scroll } from '../state/state.ts';
import { scrollBy, scrollTo } from '../view/scroll-window.ts';
import type { Deed, Doing } from './deeds.ts';
import type { Live } from './live.ts';

export const SCROLL_DEEDS = {
  // A row of the page before stays, so that the eye finds its place.
  'page-up': ({ live }) => scrollRows(live, Math.max(1, live.picture.height - 2)),
  'page-down': ({ live }) => scrollRows(live, -Math.max(1, live.picture.height - 2)),
  'scroll-up': ({ live }) => scrollRows(live, 1),
  'scroll-down': ({ live }) => scrollRows(live, -1),
  'scroll-top'({ live }) {
    const { scrollback, height } = live.picture;
    scroll(live, scrollTo(scrollback, 0, height, 0));
  },
  'scroll-bottom': ({ live }) => scroll(live, 'bottom'),
  'jump-unread'({ live }) {
    const { scrollback, height } = live.picture;
    const at = scrollback.unreadAt;
    if (at < scrollback.timeline.length) scroll(live, scrollTo(scrollback, at, height));
  },
} satisfies Record<string, Deed>;

export function scrollRows(live: Doing['live'], by: number): void {
  const { scrollback, height, window } = live.picture;
  const tab = openTab(live.state);
  const isCleared = tab.cleared !== undefined && tab.scroll === 'bottom' && by > 0;
  if (isCleared) live.change({ type: 'cleared', tab: tab.id, anchor: undefined });
  // What stands just above the few rows that are shown after `/clear` must not be jumped over.
  const rows = isCleared ? Math.min(by, window.rows.length) : by;
  scroll(live, scrollBy(scrollback, tab.scroll, rows, height));
}

export function scroll(live: Live, to: Scroll): void {
  live.change({ type: 'scrolled', tab: live.state.open, scroll: to });
}
