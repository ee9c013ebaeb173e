import { describe, expect, test } from 'bun:test';
import { seededRandom } from '@tpx/testkit';
import { COMMANDS } from '../commands/table.ts';
import { usageOf } from '../commands/usage.ts';
import { namedArgs } from './check-args.ts';
import { namesOf, requireCommand } from './find-command.ts';
import { parseLine } from './parse-line.ts';
import { UsageError } from './usage-error.ts';

const parse = (line: string) => {
  const { command, args } = parseLine(line, COMMANDS);
  return [command.name, args];
};
/** The sentence, and the part of the line that it is about. */
const complaint = (line: string): [string, string | undefined] => {
  try {
    parseLine(line, COMMANDS);
  } catch (error) {
    if (error instanceof UsageError)
      return [error.message, error.at && line.slice(error.at.start, error.at.end)];
    throw error;
  }
  throw new Error(`${line} was taken.`);
};

describe('TERM-10 lines', () => {
  test('TERM-10 a line without a slash is a message, spaces and all; two slashes begin one with a slash', () => {
    expect(parse('  hello  world ')).toEqual(['msg', { text: '  hello  world ' }]);
    expect(parse('//etc/hosts')).toEqual(['msg', { text: '/etc/hosts' }]);
    expect(parse(' /dm bob')).toEqual(['msg', { text: ' /dm bob' }]);
    expect(parse('')).toEqual(['msg', { text: '' }]);
  });

  test('TERM-10 names, aliases, names of two words, in whatever case', () => {
    expect(parse('/dm alice')).toEqual(['dm', { user: 'alice' }]);
    expect(parse('/group create The  long room ')).toEqual(['group create', { name: 'The  long room' }]);
    expect(parse('/GROUP Create x')).toEqual(['group create', { name: 'x' }]);
    expect(parse('/names')).toEqual(['who', {}]);
    expect(parse('/search all hands')).toEqual(['search all', { text: 'hands' }]);
    expect(parse('/search "all" hands')).toEqual(['search', { text: '"all" hands' }]);
  });

  test('TERM-10 what is no command is told with the one that was meant', () => {
    expect(complaint('/hsitory 3')).toEqual([
      'There is no command /hsitory. Did you mean /history [n]? /help lists them all.',
      '/hsitory',
    ]);
    expect(complaint('/rec')[0]).toContain('Did you mean /receipts [message]?');
    expect(complaint('/admin premote bob')).toEqual([
      '/admin is followed by promote, demote. Did you mean /admin promote?',
      'premote',
    ]);
    expect(complaint('/etc/hosts')[0]).toContain('A text that begins with a slash is written with two.');
    expect(complaint('/')).toEqual(['A command follows the slash: /help lists them all.', '/']);
    expect(complaint('/ dm bob')[1]).toBe('/');
  });
});

describe('TERM-13 arguments', () => {
  test('TERM-13 one word each, quoted or not; the last may take the rest as it was written', () => {
    expect(parse('/tell "The long room" say "hi"  twice')).toEqual([
      'tell',
      { conversation: 'The long room', text: 'say "hi"  twice' },
    ]);
    expect(parse('/group create "quoted whole"')).toEqual(['group create', { name: 'quoted whole' }]);
    expect(parse('/msg "hello"')).toEqual(['msg', { text: '"hello"' }]);
    expect(parse('/login al "pass word\\')).toEqual(['login', { username: 'al', password: '"pass word\\' }]);
  });

  test('TERM-13 an optional one takes a word only where enough are left', () => {
    expect(parse('/react 🎉')).toEqual(['react', { emoji: '🎉' }]);
    expect(parse('/react bob 🎉')).toEqual(['react', { message: 'bob', emoji: '🎉' }]);
    expect(parse('/dm bob')).toEqual(['dm', { user: 'bob' }]);
  });

  test('TERM-15 before a text only what can be nothing else names a message', () => {
    expect(parse('/reply bob is right')).toEqual(['reply', { text: 'bob is right' }]);
    expect(parse('/reply @bob is right')).toEqual(['reply', { message: '@bob', text: 'is right' }]);
    expect(parse('/reply #12 yes')).toEqual(['reply', { message: '#12', text: 'yes' }]);
    expect(parse('/reply -2 yes')).toEqual(['reply', { message: '-2', text: 'yes' }]);
    expect(parse('/reply -2')).toEqual(['reply', { text: '-2' }]);
    expect(parse('/reply "@bob" yes')).toEqual(['reply', { text: '"@bob" yes' }]);
    expect(parse('/delete bob')).toEqual(['delete', { message: 'bob' }]);
  });

  test('TERM-13 what is wrong is said with the command’s own form, and where', () => {
    expect(complaint('/dm')).toEqual(['<user> is missing. It is /dm <user> [text].', '']);
    expect(complaint('/delete #1 #2 #3')).toEqual(['Too many words. It is /delete [message].', '#2 #3']);
    expect(complaint('/notify laud')).toEqual(['“laud” is none of mute, mentions, all.', 'laud']);
    expect(complaint('/notify al')).toEqual(['“al” is none of mute, mentions, all. Did you mean all?', 'al']);
    expect(complaint('/history -3')).toEqual(['<n> is a whole number from 1 on, not “-3”.', '-3']);
    expect(complaint('/delete "bob')).toEqual(['This quotation has no end: close it with ".', '"bob']);
  });

  test('TERM-17 a script’s arguments are named, and unknown names are refused', () => {
    const dm = requireCommand('dm', COMMANDS);
    expect(namedArgs(requireCommand('history', COMMANDS), { n: 5 })).toEqual({ n: '5' });
    expect(() => namedArgs(dm, { usr: 'x' })).toThrow('“dm” has no argument “usr”. It takes: user, text.');
    expect(() => namedArgs(dm, ['x'])).toThrow('object of named arguments');
    expect(() => namedArgs(dm, { user: {} })).toThrow('a string or a number');
    expect(() => namedArgs(dm, {})).toThrow('<user> is missing');
    expect(() => requireCommand('nonsense', COMMANDS)).toThrow('There is no command “nonsense”.');
  });
});

describe('TERM-12 the table', () => {
  test('TERM-12 every name and alias is one command’s only', () => {
    const names = COMMANDS.flatMap(namesOf);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    for (const name of names) expect(name).toMatch(/^[a-z+?][a-z-]*( [a-z-]+)?$/);
  });

  test('TERM-12 only a last argument takes the rest, help is one sentence, a right wants a conversation', () => {
    for (const { name, args, help, permission } of COMMANDS) {
      for (const arg of args.slice(0, -1))
        expect({ name, rest: arg.rest }).toEqual({ name, rest: undefined });
      expect(help).toMatch(/^[A-Z].*\.$/s);
      if (permission.right !== undefined) expect(permission.needs).not.toMatch(/body$/);
    }
  });

  test('TERM-12 an example is a line of its command', () => {
    const wrong = COMMANDS.flatMap(({ name, examples = [] }) =>
      examples.filter((line) => parseLine(line, COMMANDS).command.name !== name),
    );
    expect(wrong).toEqual([]);
  });
});

describe('TERM-18 any line', () => {
  test('TERM-18 is taken or refused with a sentence about a part of it, and never breaks', () => {
    const random = seededRandom(18);
    const parts = [...COMMANDS.flatMap(namesOf).map((name) => `/${name}`), ...COMMANDS.map(usageOf)];
    const bits = [
      ...parts,
      '"',
      '\\',
      ' ',
      '  ',
      '/',
      '//',
      '#1',
      '-1',
      '@bob',
      'é',
      '😄',
      '\n',
      '\u202e',
      'x'.repeat(50),
    ];
    for (let round = 0; round < 5_000; round++) {
      const line = Array.from({ length: random.below(6) }, () => random.pick(bits)).join(
        random.pick(['', ' ']),
      );
      try {
        const { command, args, places } = parseLine(line, COMMANDS);
        expect(COMMANDS).toContain(command);
        for (const { start, end } of Object.values(places)) {
          expect(start).toBeLessThanOrEqual(end);
          expect(end).toBeLessThanOrEqual(line.length);
        }
        for (const value of Object.values(args)) expect(typeof value).toBe('string');
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        const { at } = error;
        expect(at && at.start >= 0 && at.start <= at.end && at.end <= Math.max(1, line.length)).toBe(true);
      }
    }
  });
});
