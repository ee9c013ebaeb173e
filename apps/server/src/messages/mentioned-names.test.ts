import { expect, test } from 'bun:test';
import { mentionedNames } from './mentioned-names.ts';

test.each([
  ['hello @alice and @bob.smith', ['alice', 'bob.smith']],
  ['@Alice, @ALICE and @alice!', ['alice']],
  ['thanks @alice.', ['alice']],
  ['mail bob@example.org', []],
  ['@@alice @1abc @ab', []],
  ['(@alice)', ['alice']],
  ['no names', []],
])('MSG-2: %p names %p', (text, names) => {
  expect(mentionedNames(text)).toEqual(names);
});
