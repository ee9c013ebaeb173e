import type { State } from '../state/state.ts';
import type { Deed } from './deeds.ts';

export const TAB_DEEDS = {
  'tab-1': nth(1),
  'tab-2': nth(2),
  'tab-3': nth(3),
  'tab-4': nth(4),
  'tab-5': nth(5),
  'tab-6': nth(6),
  'tab-7': nth(7),
  'tab-8': nth(8),
  'tab-9': nth(9),
  'tab-next': beside(1),
  'tab-previous': beside(-1),
  'tab-active'({ live }) {
    const next = nextActive(live.state);
    if (next !== undefined) live.openTab(next);
  },
  'tab-last': ({ live }) => live.openTab(live.state.before),
  'tab-close': ({ live, tabs }) => tabs.close(live.state.open),
} satisfies Record<string, Deed>;

function nth(number: number): Deed {
  return ({ live }) => {
    const id = live.state.order[number - 1];
    if (id !== undefined) live.openTab(id);
  };
}

function beside(by: number): Deed {
  return ({ live }) => {
    const { order, open } = live.state;
    const id = order[(order.indexOf(open) + by + order.length) % order.length];
    if (id !== undefined) live.openTab(id);
  };
}

/** To the right of the open one and around; those with mentions before all others. */
function nextActive({ order, open, tabs }: State): string | undefined {
  const at = order.indexOf(open);
  const around = [...order.slice(at + 1), ...order.slice(0, at)];
  return (
    around.find((id) => (tabs[id]?.mentions ?? 0) > 0) ?? around.find((id) => (tabs[id]?.unread ?? 0) > 0)
  );
}
