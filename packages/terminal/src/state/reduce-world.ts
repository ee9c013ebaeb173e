import type { WorldChange } from './change.ts';
import { withTab } from './reduce-tabs.ts';
import type { State } from './state.ts';

const SIZE_MIN = { columns: 10, rows: 1 };

export function reduceWorld(state: State, change: WorldChange): State {
  switch (change.type) {
    case 'resized': {
      const columns = Math.max(SIZE_MIN.columns, Math.floor(change.columns));
      const rows = Math.max(SIZE_MIN.rows, Math.floor(change.rows));
      if (columns === state.size.columns && rows === state.size.rows) return state;
      return { ...state, size: { columns, rows } };
    }
    case 'focused': {
      if (change.focused === state.focused) return state;
      const after = { ...state, focused: change.focused };
      return change.focused
        ? after
        : withTab(after, state.open, (tab) => ({ ...tab, marker: change.readSeq }));
    }
    case 'connection':
      return { ...state, connection: change.connection };
    case 'lag':
      return change.ms === state.lagMs ? state : { ...state, lagMs: change.ms };
    case 'preferences':
      return { ...state, preferences: change.preferences };
    case 'people':
      return { ...state, peopleVersion: state.peopleVersion + 1 };
    case 'progress':
      return change.text === state.progress ? state : { ...state, progress: change.text };
    case 'quitting':
      return change.quitting === state.quitting ? state : { ...state, quitting: change.quitting };
  }
}
