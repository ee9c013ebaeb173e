import { describe, expect, test } from 'bun:test';
import { parseConfig } from './config-file.ts';
import { configuredPreferences } from './configured-preferences.ts';

const GOOD = `# what I like
theme = "terminal-light"
keys = "halloy"
mouse = false
highlights = ["harbour", "/release \\\\d+/i"]

[notify]
groups = "all"

[bindings]
"ctrl+g" = "switcher"
"ctrl+q" = false
`;

test('TERM-90 a file says what is preferred, and the rest keeps its defaults', () => {
  expect(configuredPreferences(parseConfig(GOOD))).toMatchObject({
    theme: 'terminal-light',
    keys: 'halloy',
    mouse: false,
    bell: true,
    highlights: [{ pattern: 'harbour' }, { pattern: '/release \\d+/i' }],
    defaultNotify: { group: 'all', dm: 'all' },
    bindings: { 'ctrl+g': 'switcher', 'ctrl+q': false },
  });
  expect(parseConfig('')).toEqual({});
});

describe('TERM-90 a mistake names its line and what to write', () => {
  test.each([
    ['theme = "light"', 'config.toml line 1: “theme” is one of "terminal-dark", "terminal-light", '],
    [
      'theme = "monochrome"\n\nthme = "y"',
      'config.toml line 3: there is no option “thme”. Did you mean “theme”?',
    ],
    [
      '[notify]\ndms = "all"\ngroup = "all"',
      'config.toml line 3: there is no option “notify.group”. Did you mean “notify.groups”?',
    ],
    ['mouse = "yes"', 'config.toml line 1: “mouse” is true or false, not "yes".'],
    ['\nkeys = "emacs"', 'config.toml line 2: “keys” is one of "weechat", "halloy", not "emacs".'],
    [
      'server = "ftp://x"',
      'config.toml line 1: “server” is an address like "http://127.0.0.1:4000", not "ftp://x".',
    ],
    ['highlights = [1]', 'config.toml line 1: “highlights” is a list of texts'],
    ['notify = 1', 'config.toml line 1: “notify” is a table: [notify]'],
    [
      '[bindings]\n"ctrl+k" = 1',
      'config.toml line 1: “bindings” is a table whose values are texts, or false',
    ],
    ['theme = "a"\ntheme = "b"', 'config.toml line 2: '],
    ['theme = ', 'config.toml line 1: '],
  ])('TERM-90 %j', (text, sentence) => {
    expect(() => parseConfig(text)).toThrow(sentence);
  });
});
