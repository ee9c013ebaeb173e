import type { Connection } from '@tpx/sdk';
import { type Draft, EMPTY_DRAFT } from '../editing/draft.ts';
import type { Preferences } from '../preferences/preferences.ts';
import type { Overlay } from './overlay.ts';

/**
 * What is the terminal's own, as plain data. What a conversation holds stays in the SDK; `version` says that it has changed
 * there.
 */
export type State = {
  readonly size: { readonly columns: number; readonly rows: number };
  /** Whether the person looks at this window: not before they have done something in it, or it was told. */
  readonly focused: boolean;
  readonly connection: Connection;
  /** The last round trip to the server. */
  readonly lagMs: number | undefined;
  readonly preferences: Preferences;
  /** From left to right; the status tab is the first. */
  readonly order: readonly string[];
  readonly open: string;
  /** The tab that was open before. */
  readonly before: string;
  readonly tabs: Readonly<Record<string, Tab>>;
  readonly history: History;
  /** What was cut, the newest last. */
  readonly kills: readonly string[];
  readonly overlay: Overlay | undefined;
  readonly completion: Completion | undefined;
  /** How far a long command is. */
  readonly progress: string | undefined;
  /** Ctrl+c on an empty line: the next one quits. */
  readonly quitting: boolean;
  /** Rises when a name, a status or a list of members has changed. */
  readonly peopleVersion: number;
};

/** A tab is named by the topic of its conversation, or by this. */
export const STATUS_TAB = 'status';

export type Tab = {
  readonly id: string;
  /** Rises with everything that changes what the conversation shows. */
  readonly version: number;
  /** Rises with who is there and who is typing. */
  readonly presenceVersion: number;
  readonly unread: number;
  /** There is more unread than is held here: `unread` is the least that it is. */
  readonly unreadMore: boolean;
  readonly mentions: number;
  /** Everything up to this `seq` had been read when the tab was left: the unread line stands below it. */
  readonly marker: number;
  readonly scroll: Scroll;
  /** After `/clear`: what is above it is shown only when scrolling back. */
  readonly cleared: Anchor | undefined;
  readonly draft: Draft;
  /** The message that is picked out. */
  readonly selected: string | undefined;
  readonly notices: readonly Notice[];
};

/** `below`: how many rows of the item at `anchor` are below the edge. */
export type Scroll = 'bottom' | { readonly anchor: Anchor; readonly below: number };

/** A place in what a tab shows: a message, or what stands behind it that is none. */
export type Anchor = { readonly seq: number; readonly extra?: string };

/** A line that is not of the conversation: what a command showed, what happened here. */
export type Notice = {
  readonly id: string;
  /** Stands behind the message with this `seq`. */
  readonly after: number;
  readonly at: number;
  readonly kind: 'told' | 'error' | 'heading' | 'code' | 'event';
  readonly text: string;
};

export type History = {
  /** The oldest first. */
  readonly lines: readonly string[];
  /** Where somebody is going through them. */
  readonly at: number | undefined;
  /** What was in the line before that. */
  readonly kept: Draft | undefined;
};

/** What Tab offers. The draft shows the one that is chosen already. */
export type Completion = {
  readonly offers: readonly Offer[];
  readonly chosen: number;
  /** The draft as it was typed. */
  readonly typed: Draft;
};
export type Offer = {
  readonly label: string;
  readonly help?: string;
  readonly draft: { text: string; cursor: number };
};

const FRESH_TAB = {
  version: 0,
  presenceVersion: 0,
  unread: 0,
  unreadMore: false,
  mentions: 0,
  marker: 0,
  scroll: 'bottom',
  cleared: undefined,
  draft: EMPTY_DRAFT,
  selected: undefined,
  notices: [],
} as const;

export type TabStart = Pick<Tab, 'id' | 'marker' | 'unread' | 'unreadMore' | 'mentions'>;

export function newTab(start: TabStart): Tab {
  return { ...FRESH_TAB, ...start };
}

export function initialState(size: State['size'], preferences: Preferences): State {
  return {
    size,
    focused: false,
    connection: { state: 'offline' },
    lagMs: undefined,
    preferences,
    order: [STATUS_TAB],
    open: STATUS_TAB,
    before: STATUS_TAB,
    tabs: { [STATUS_TAB]: { id: STATUS_TAB, ...FRESH_TAB } },
    history: { lines: [], at: undefined, kept: undefined },
    kills: [],
    overlay: undefined,
    completion: undefined,
    progress: undefined,
    quitting: false,
    peopleVersion: 0,
  };
}

export function openTab(state: State): Tab {
  const tab = state.tabs[state.open];
  if (!tab) throw new Error(`There is no tab ${state.open}.`);
  return tab;
}
