/** How loud a conversation is: nothing, only mentions and highlights, or everything. */
export const NOTIFY_LEVELS = ['mute', 'mentions', 'all'] as const;
export type NotifyLevel = (typeof NOTIFY_LEVELS)[number];

/** Presets of key bindings. */
export const KEY_PRESETS = ['weechat', 'halloy'] as const;

/** A word, or a `/regular expression/i`; in one conversation where `topic` is given, else in all. */
export type HighlightRule = { pattern: string; topic?: string };

/** What a person chooses and the terminal keeps. Faces read the same from their configuration file. */
export type Preferences = {
  theme: string;
  keys: (typeof KEY_PRESETS)[number];
  /** Own bindings over the preset's: key chord to action, `false` unbinds. */
  bindings: Readonly<Record<string, string | false>>;
  highlights: readonly HighlightRule[];
  /** Ids of users whose messages are folded away on this device only. */
  ignored: readonly string[];
  /** By topic; the rest has `defaultNotify`. */
  notify: Readonly<Record<string, NotifyLevel>>;
  defaultNotify: { group: NotifyLevel; dm: NotifyLevel };
  showNicks: boolean;
  showMilliseconds: boolean;
  mouse: boolean;
  bell: boolean;
};

export const DEFAULT_PREFERENCES: Preferences = {
  theme: 'terminal-dark',
  keys: 'weechat',
  bindings: {},
  highlights: [],
  ignored: [],
  notify: {},
  defaultNotify: { group: 'mentions', dm: 'all' },
  showNicks: true,
  showMilliseconds: false,
  mouse: true,
  bell: true,
};
