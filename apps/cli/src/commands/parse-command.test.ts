import { describe, expect, test } from 'bun:test';
import { UsageError } from '../text/explain-error.ts';
import type { Command } from './command.ts';
import { namedArgs, parseLine, requireArgs } from './parse-command.ts';
import { COMMANDS } from './table.ts';

const parse = (line: string) => {
  const { command, args } = parseLine(line, COMMANDS);
  return [command.name, args];
};
const complaint = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return undefined;
};
const named = (name: string) => COMMANDS.find((command) => command.name === name) as Command;

describe('CLI-4 commands', () => {
  test('CLI-4 a line without a slash is a message, spaces and all', () => {
    expect(parse('  hello  world ')).toEqual(['msg', { text: '  hello  world ' }]);
    expect(parse('//etc/hosts')).toEqual(['msg', { text: '/etc/hosts' }]);
  });

  test('CLI-4 names, aliases, names of two words, and the rest of a line', () => {
    expect(parse('/dm alice')).toEqual(['dm', { user: 'alice' }]);
    expect(parse('/group create  The  long room')).toEqual(['group create', { name: 'The  long room' }]);
    expect(parse('/GROUP Create x')).toEqual(['group create', { name: 'x' }]);
    expect(parse('/q')).toEqual(['quit', {}]);
    expect(parse('/history')).toEqual(['history', {}]);
    expect(parse('/msg   two  words')).toEqual(['msg', { text: 'two  words' }]);
  });

  test('CLI-4 what is wrong is said with the command’s own form', () => {
    expect(complaint(() => parse('/nonsense'))).toBe('There is no command /nonsense. /help lists them all.');
    expect(complaint(() => parse('/hist'))).toContain('Did you mean /history [n]?');
    expect(complaint(() => parse('/dm a b'))).toBe('Too many words. It is /dm <user>.');
    expect(complaint(() => requireArgs(named('dm'), {}))).toBe('<user> is missing. It is /dm <user>.');
  });

  test('CLI-5 a script’s arguments are named, and unknown names are refused', () => {
    expect(namedArgs(named('history'), { n: 5 })).toEqual({ n: '5' });
    expect(complaint(() => namedArgs(named('dm'), { usr: 'x' }))).toBe(
      '“dm” has no argument “usr”. It takes: user.',
    );
    expect(complaint(() => namedArgs(named('dm'), ['x']))).toContain('object of named arguments');
    expect(complaint(() => namedArgs(named('dm'), { user: {} }))).toContain('string or a number');
  });

  test('CLI-4 every name and alias is one command’s only, and only a last argument takes the rest', () => {
    const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const { args } of COMMANDS) for (const arg of args.slice(0, -1)) expect(arg.rest).toBeUndefined();
  });
});
