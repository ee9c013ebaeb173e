import type { TabChange } from './change.ts';
import { isPicker } from './overlay.ts';
import { newTab, STATUS_TAB, type State, type Tab } from './state.ts';

const NOTICES_MAX = 500;

export function reduceTabs(state: State, change: TabChange): State {
  switch (change.type) {
    case 'tab added': {
      const { id } = change.tab;
      if (state.tabs[id]) return state;
      const at = change.at ?? state.order.length;
      const order = [...state.order.slice(0, at), id, ...state.order.slice(at)];
      return { ...state, order, tabs: { ...state.tabs, [id]: newTab(change.tab) } };
    }
    case 'tab removed':
      return removed(state, change.id);
    case 'tab opened':
      return opened(state, change.id, change.readSeq);
    case 'message':
      return withTab(state, change.tab, (tab) => ({
        ...tab,
        version: tab.version + 1,
        unread: tab.unread + (change.counts === 'no' ? 0 : 1),
        mentions: tab.mentions + (change.counts === 'mention' ? 1 : 0),
      }));
    case 'changed':
      return withTab(state, change.tab, (tab) => ({ ...tab, version: tab.version + 1 }));
    case 'presence':
      return withTab(state, change.tab, (tab) => ({ ...tab, presenceVersion: tab.presenceVersion + 1 }));
    case 'read': {
      // What was read on another device needs no line here, unless somebody is looking at it.
      const isLookedAt = change.tab === state.open && state.focused;
      return withTab(state, change.tab, (tab) => ({
        ...tab,
        unread: change.unread,
        unreadMore: change.unreadMore,
        mentions: change.mentions,
        marker: isLookedAt ? tab.marker : Math.max(tab.marker, change.seq),
      }));
    }
    case 'notice':
      return withTab(state, change.tab, (tab) => ({
        ...tab,
        notices: [...tab.notices, change.notice].slice(-NOTICES_MAX),
      }));
    case 'scrolled':
      return withTab(state, change.tab, (tab) => ({ ...tab, scroll: change.scroll }));
    case 'cleared':
      return withTab(state, change.tab, (tab) => ({ ...tab, cleared: change.anchor, scroll: 'bottom' }));
    case 'selected':
      return withTab(state, change.tab, (tab) => ({ ...tab, selected: change.id }));
  }
}

export function withTab(state: State, id: string, change: (tab: Tab) => Tab): State {
  const tab = state.tabs[id];
  if (!tab) return state;
  return { ...state, tabs: { ...state.tabs, [id]: change(tab) } };
}

function opened(state: State, id: string, readSeq: number): State {
  if (id === state.open || !state.tabs[id]) return state;
  const left = withTab(state, state.open, (tab) => ({ ...tab, marker: readSeq, selected: undefined }));
  // A question that waits for its answer stays.
  const overlay = isPicker(state.overlay) ? undefined : state.overlay;
  return { ...left, open: id, before: state.open, completion: undefined, overlay, quitting: false };
}

function removed(state: State, id: string): State {
  if (id === STATUS_TAB || !state.tabs[id]) return state;
  const { [id]: _, ...tabs } = state.tabs;
  const order = state.order.filter((other) => other !== id);
  const at = state.order.indexOf(id);
  const beside = order[Math.min(at, order.length - 1)] ?? STATUS_TAB;
  const before = state.before === id ? STATUS_TAB : state.before;
  const open = state.open === id ? (tabs[state.before] ? state.before : beside) : state.open;
  return { ...state, tabs, order, before, open, completion: undefined };
}
