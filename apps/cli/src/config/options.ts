import { DEFAULT_PREFERENCES, KEY_PRESETS, NOTIFY_LEVELS, THEMES } from '@tpx/terminal';

/** What a value has to be, in `config.toml` and behind a flag. */
export type OptionKind =
  | { is: 'text' }
  | { is: 'switch' }
  | { is: 'choice'; of: readonly string[] }
  /** http or https */
  | { is: 'address' }
  /** A TOML array of texts. */
  | { is: 'texts' }
  /** A TOML table of texts, where `false` takes one away. */
  | { is: 'texts by name' };

/**
 * Everything that can be set, once: the command line and `config.toml` are read by it, `tpx --help` and `docs/client.md`
 * are made from it. `toml` is the key in the file, with its table; `unset` is what happens without it, in words.
 */
export type Option = {
  flag?: string;
  short?: string;
  toml?: string;
  kind: OptionKind;
  unset: string;
  help: string;
};

const { theme, keys, showNicks, showMilliseconds, mouse, bell, defaultNotify } = DEFAULT_PREFERENCES;
const onOff = (value: boolean) => (value ? 'true' : 'false');

export const OPTIONS = {
  server: {
    flag: 'server',
    toml: 'server',
    kind: { is: 'address' },
    unset: 'the one that the profile used last, first `http://127.0.0.1:4000`',
    help: 'The server to talk to.',
  },
  profile: {
    flag: 'profile',
    short: 'P',
    toml: 'profile',
    kind: { is: 'text' },
    unset: 'the one that was used last',
    help: 'Whose account: each profile is one.',
  },
  linear: {
    flag: 'linear',
    toml: 'linear',
    kind: { is: 'switch' },
    unset: 'false; true on a pipe and where TERM is dumb',
    help: 'Lines that are only ever added, for screen readers and simple terminals.',
  },
  json: {
    flag: 'json',
    kind: { is: 'switch' },
    unset: 'false',
    help: 'For scripts: commands in, events out, one a line.',
  },
  yes: {
    flag: 'yes',
    short: 'y',
    kind: { is: 'switch' },
    unset: 'false',
    help: 'For scripts: yes to what would be asked before it is done.',
  },
  config: {
    flag: 'config',
    kind: { is: 'text' },
    unset: '`$XDG_CONFIG_HOME/tpx/config.toml`',
    help: 'Another configuration file.',
  },
  help: { flag: 'help', short: 'h', kind: { is: 'switch' }, unset: 'false', help: 'This list.' },
  theme: {
    toml: 'theme',
    kind: { is: 'choice', of: [...THEMES.keys()] },
    unset: `"${theme}"`,
    help: 'Colours; `/theme` lists them.',
  },
  keys: {
    toml: 'keys',
    kind: { is: 'choice', of: KEY_PRESETS },
    unset: `"${keys}"`,
    help: 'The preset of key bindings.',
  },
  showNicks: {
    toml: 'show_nicks',
    kind: { is: 'switch' },
    unset: onOff(showNicks),
    help: 'The list of members beside a group, where there is room.',
  },
  showMilliseconds: {
    toml: 'show_milliseconds',
    kind: { is: 'switch' },
    unset: onOff(showMilliseconds),
    help: 'Beside each message, how long it took.',
  },
  mouse: {
    toml: 'mouse',
    kind: { is: 'switch' },
    unset: onOff(mouse),
    help: 'Hear the mouse; Shift then selects text as without.',
  },
  bell: { toml: 'bell', kind: { is: 'switch' }, unset: onOff(bell), help: 'Ring for what you are told of.' },
  editor: {
    toml: 'editor',
    kind: { is: 'text' },
    unset: '`$VISUAL`, `$EDITOR`, or vi',
    help: 'The editor for long messages, with its arguments.',
  },
  highlights: {
    toml: 'highlights',
    kind: { is: 'texts' },
    unset: '[]',
    help: 'Words, or `/patterns/i`, that count as a mention of you.',
  },
  notifyGroups: {
    toml: 'notify.groups',
    kind: { is: 'choice', of: NOTIFY_LEVELS },
    unset: `"${defaultNotify.group}"`,
    help: 'How loud a group is of which `/notify` says nothing.',
  },
  notifyDms: {
    toml: 'notify.dms',
    kind: { is: 'choice', of: NOTIFY_LEVELS },
    unset: `"${defaultNotify.dm}"`,
    help: 'How loud a conversation of two is.',
  },
  bindings: {
    toml: 'bindings',
    kind: { is: 'texts by name' },
    unset: 'none',
    help: 'Keys of your own, as `"ctrl+k" = "switcher"`; `false` takes one of the preset away. `/keys` lists what keys can do.',
  },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<Kind extends OptionKind> = Kind extends { is: 'switch' }
  ? boolean
  : Kind extends { is: 'choice'; of: readonly (infer Choice)[] }
    ? Choice
    : Kind extends { is: 'texts' }
      ? string[]
      : Kind extends { is: 'texts by name' }
        ? Record<string, string | false>
        : string;

/** What was set, by the option's name. */
export type Configuration = { -readonly [Name in OptionName]?: ValueOf<(typeof OPTIONS)[Name]['kind']> };
