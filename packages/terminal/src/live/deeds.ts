import type { CommandContext } from '../commands/command-context.ts';
import type { EditName } from '../editing/edits.ts';
import type { ActionName } from '../keys/actions.ts';
import type { Completer } from '../language/completer.ts';
import { COMPLETION_DEEDS } from './completion-deeds.ts';
import { LINE_DEEDS } from './line-deeds.ts';
import type { Live } from './live.ts';
import { SCROLL_DEEDS } from './scroll-deeds.ts';
import { SELECTION_DEEDS } from './selection-deeds.ts';
import { TAB_DEEDS } from './tab-deeds.ts';
import type { Tabs } from './tabs.ts';
import { WINDOW_DEEDS } from './window-deeds.ts';

/** What deeds act on. */
export type Doing = {
  live: Live;
  tabs: Tabs;
  context: CommandContext;
  completer: Completer;
  /** As if the line had been typed and sent. */
  run: (line: string) => void;
};
export type Deed = (doing: Doing) => void;

/** How each action is done that is more than editing the line (`EDITS`). One that is missing does not compile. */
export const DEEDS: Record<Exclude<ActionName, EditName>, Deed> = {
  ...LINE_DEEDS,
  ...COMPLETION_DEEDS,
  ...TAB_DEEDS,
  ...SCROLL_DEEDS,
  ...SELECTION_DEEDS,
  ...WINDOW_DEEDS,
};
