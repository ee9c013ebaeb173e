import type { Row, Span } from '../screen/screen.ts';
import { openTab, type State } from '../state/state.ts';
import type { StyleName, Theme } from '../themes/theme.ts';
import type { Sources } from './sources.ts';
import { spreadRow } from './spans.ts';

/** Who I am and how I am connected; to the right what waits elsewhere. */
export function statusBar(state: State, sources: Sources, theme: Theme, itemsBelow: number): Row {
  const { styles } = theme;
  const bar = (text: string): Span => ({ text, style: styles.status });
  const me = sources.me();
  const [text, style] = connectionWords(state);
  const left: Span[] = [
    bar(` ${me === undefined ? 'signed out' : sources.name(me)} `),
    { text, style: styles[style] },
    ...(state.connection.state === 'online' && state.lagMs !== undefined ? [bar(` ${state.lagMs} ms`)] : []),
  ];
  return spreadRow(left, waiting(state, itemsBelow, theme), state.size.columns, styles.status);
}

function connectionWords({ connection, size }: State): [text: string, style: StyleName] {
  const isNarrow = size.columns < 60;
  switch (connection.state) {
    case 'online':
      return [isNarrow ? 'ws' : 'online · WebSocket', 'statusGood'];
    case 'connecting':
      return ['connecting…', 'status'];
    case 'waiting':
      return [isNarrow ? 'no connection' : 'no connection · what you write is kept and sent', 'statusBad'];
    case 'offline':
      return ['offline', 'statusBad'];
  }
}

function waiting(state: State, itemsBelow: number, { styles }: Theme): Span[] {
  const tab = openTab(state);
  const others = Object.values(state.tabs).filter((other) => other.id !== state.open && other.unread > 0);
  const unread = others.reduce((sum, other) => sum + other.unread, 0);
  const mentions = others.reduce((sum, other) => sum + other.mentions, 0);
  const lines = tab.draft.text.split('\n').length;
  const parts: Span[] = [];
  const add = (text: string, style: StyleName) => parts.push({ text: ` ${text} `, style: styles[style] });
  if (lines > 1) add(`${lines} lines`, 'status');
  if (tab.scroll !== 'bottom') add(itemsBelow > 0 ? `▼ ${itemsBelow} below` : '▼', 'statusGood');
  const more = others.some(({ unreadMore }) => unreadMore) ? '+' : '';
  if (unread > 0)
    add(`${unread}${more} unread${others.length > 1 ? ` in ${others.length} tabs` : ''}`, 'status');
  if (mentions > 0) add(`${mentions} for you`, 'statusBad');
  return parts;
}
