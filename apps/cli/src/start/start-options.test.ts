import { expect, test } from 'bun:test';
import { readStartOptions } from './start-options.ts';

test('TERM-83 flags stand before the command, and what follows is the command’s own', () => {
  expect(
    readStartOptions(['-P', 'work', '--server', 'https://x.org', 'send', 'bob', '--json', '-h']),
  ).toEqual({
    flags: { profile: 'work', server: 'https://x.org' },
    words: ['send', 'bob', '--json', '-h'],
  });
  expect(readStartOptions(['--linear', '--', '--odd'])).toEqual({
    flags: { linear: true },
    words: ['--odd'],
  });
  expect(readStartOptions(['--profile=work'])).toEqual({ flags: { profile: 'work' }, words: [] });
});

test.each([
  'http://ann:sekrit@x.org',
  'htp://ann:sekrit@x.org',
  'ann:sek/sekrit@x.org',
  'http:/ann:p@sekrit@x.org',
])('TERM-98 a password in an address is refused and not shown: %s', (address) => {
  const refused = () => readStartOptions(['--server', address]);
  expect(refused).toThrow('(hidden)@x.org');
  expect(refused).not.toThrow(/sekrit/);
});

test.each([
  [['--bogus'], '--bogus'],
  [['--server', 'x'], '--server is an address'],
  [['-P'], '-P'],
  [['--json', 'groups'], 'With --json commands are lines'],
])('TERM-83 %j is refused with a sentence', (argv, words) => {
  expect(() => readStartOptions(argv)).toThrow(words);
});
