import { notifyLevel } from '../highlight/loudness.ts';
import type { Row, Span } from '../screen/screen.ts';
import { STATUS_TAB, type State, type Tab } from '../state/state.ts';
import { shorten, textWidth } from '../text/text-width.ts';
import type { StyleName, Theme } from '../themes/theme.ts';
import type { Sources } from './sources.ts';
import { padRow } from './spans.ts';
import { titleOfTab } from './titles.ts';

type Label = { id: string; text: string; style: StyleName };

/** All tabs in one row; where they do not fit, those around the open one. */
export function tabBar(state: State, sources: Sources, theme: Theme): Row {
  const { columns } = state.size;
  const titleMax = columns < 60 ? 10 : columns < 120 ? 14 : 20;
  const labels = state.order.map((id, index) => labelOf(state, id, index, titleMax, sources));
  const open = Math.max(0, state.order.indexOf(state.open));
  const [from, to] = around(labels, open, columns);
  const more = (sign: string): Span => ({ text: sign, style: theme.styles.bar });
  const spans: Span[] = [
    ...(from > 0 ? [more('‹')] : []),
    ...labels
      .slice(from, to)
      .map(({ id, text, style }) => ({ text, style: theme.styles[style], press: `tab ${id}` })),
    ...(to < labels.length ? [more('›')] : []),
  ];
  return padRow(spans, columns, theme.styles.bar);
}

function labelOf(state: State, id: string, index: number, titleMax: number, sources: Sources): Label {
  const tab = state.tabs[id] as Tab;
  const title = shorten(titleOfTab(id, sources), titleMax);
  const count =
    tab.unread > 0 ? ` ${tab.unread}${tab.unreadMore ? '+' : ''}${tab.mentions > 0 ? '!' : ''}` : '';
  return { id, text: ` ${index + 1} ${title}${count} `, style: styleOf(state, tab, sources) };
}

function styleOf(state: State, tab: Tab, sources: Sources): StyleName {
  if (tab.id === state.open) return 'barOpen';
  if (tab.mentions > 0) return 'barMention';
  const conversation = tab.id === STATUS_TAB ? undefined : sources.conversation(tab.id);
  // A muted conversation counts on, quietly.
  const isMuted = conversation && notifyLevel(conversation, state.preferences) === 'mute';
  return tab.unread > 0 && !isMuted ? 'barUnread' : 'bar';
}

/** The range of labels that fits with the open one in it, grown to both sides. */
function around(labels: readonly Label[], open: number, columns: number): [from: number, to: number] {
  const widthOf = (index: number) => textWidth(labels[index]?.text ?? '');
  let from = open;
  let to = open + 1;
  let used = widthOf(open);
  // A column at each side for the signs that say that there is more.
  const room = columns - 2;
  for (let grown = true; grown; ) {
    grown = false;
    if (to < labels.length && used + widthOf(to) <= room) {
      used += widthOf(to++);
      grown = true;
    }
    if (from > 0 && used + widthOf(from - 1) <= room) {
      used += widthOf(--from);
      grown = true;
    }
  }
  return [from, to];
}
