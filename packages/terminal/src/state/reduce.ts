import type { Change, LineChange, TabChange, WorldChange } from './change.ts';
import { reduceLine } from './reduce-line.ts';
import { reduceTabs } from './reduce-tabs.ts';
import { reduceWorld } from './reduce-world.ts';
import type { State } from './state.ts';

/** Which part of the state a change is about; one that is missing here does not compile. */
const PART = {
  resized: 'world',
  focused: 'world',
  connection: 'world',
  lag: 'world',
  preferences: 'world',
  people: 'world',
  progress: 'world',
  quitting: 'world',
  'tab added': 'tabs',
  'tab removed': 'tabs',
  'tab opened': 'tabs',
  message: 'tabs',
  changed: 'tabs',
  presence: 'tabs',
  read: 'tabs',
  notice: 'tabs',
  scrolled: 'tabs',
  cleared: 'tabs',
  selected: 'tabs',
  drafted: 'line',
  'line sent': 'line',
  'history loaded': 'line',
  'history moved': 'line',
  overlay: 'line',
  completion: 'line',
} as const satisfies Record<Change['type'], 'world' | 'tabs' | 'line'>;

/** Pure: the state after a change. */
export function reduce(state: State, change: Change): State {
  switch (PART[change.type]) {
    case 'world':
      return reduceWorld(state, change as WorldChange);
    case 'tabs':
      return reduceTabs(state, change as TabChange);
    case 'line':
      return reduceLine(state, change as LineChange);
  }
}
