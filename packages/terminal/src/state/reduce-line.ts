import { type Draft, draftOf, EMPTY_DRAFT } from '../editing/draft.ts';
import type { LineChange } from './change.ts';
import { withTab } from './reduce-tabs.ts';
import { openTab, type State } from './state.ts';

const HISTORY_MAX = 500;

export function reduceLine(state: State, change: LineChange): State {
  switch (change.type) {
    case 'drafted':
      return drafted({ ...state, kills: change.kills ?? state.kills, quitting: false }, change.draft);
    case 'line sent': {
      const { lines } = state.history;
      const kept =
        lines.at(-1) === change.line || change.line === ''
          ? lines
          : [...lines, change.line].slice(-HISTORY_MAX);
      return drafted({ ...state, history: { lines: kept, at: undefined, kept: undefined } }, EMPTY_DRAFT);
    }
    case 'history loaded':
      return {
        ...state,
        history: { lines: change.lines.slice(-HISTORY_MAX), at: undefined, kept: undefined },
      };
    case 'history moved':
      return moved(state, change.by);
    case 'overlay':
      return { ...state, overlay: change.overlay, completion: undefined };
    case 'completion':
      return { ...state, completion: change.completion };
  }
}

function drafted(state: State, draft: Draft): State {
  return { ...withTab(state, state.open, (tab) => ({ ...tab, draft })), completion: undefined };
}

/** What was in the line before comes back at the end. */
function moved(state: State, by: -1 | 1): State {
  const { lines, at = lines.length, kept } = state.history;
  const next = at + by;
  if (next < 0 || next > lines.length) return state;
  const before = at === lines.length ? openTab(state).draft : kept;
  const line = lines[next];
  if (line === undefined) {
    return drafted({ ...state, history: { lines, at: undefined, kept: undefined } }, before ?? EMPTY_DRAFT);
  }
  return drafted({ ...state, history: { lines, at: next, kept: before } }, draftOf(line));
}
