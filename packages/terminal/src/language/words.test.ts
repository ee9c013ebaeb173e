import { describe, expect, test } from 'bun:test';
import { type SeededRandom, seededRandom } from '@tpx/testkit';
import { quoteWord, splitWords } from './words.ts';

const texts = (line: string) => splitWords(line).map(({ text }) => text);

describe('TERM-11 words', () => {
  test('TERM-11 spaces part words, quotation marks at their beginning hold them together', () => {
    expect(texts('  one  two\tthree\n')).toEqual(['one', 'two', 'three']);
    expect(texts('"The long room" x')).toEqual(['The long room', 'x']);
    expect(texts('5" it"s ""')).toEqual(['5"', 'it"s', '']);
    expect(texts('"a"b "c')).toEqual(['ab', 'c']);
  });

  test('TERM-11 a backslash takes a space, a quotation mark or itself, and is itself before all else', () => {
    expect(texts(String.raw`The\ room \"x\" C:\Users\me a\\b \\`)).toEqual([
      'The room',
      '"x"',
      String.raw`C:\Users\me`,
      String.raw`a\b`,
      '\\',
    ]);
    expect(texts(String.raw`"say \"x\" \n \\"`)).toEqual(['say "x" \\n \\']);
  });

  test('TERM-11 a word knows where it stands, and whether its quotation ends', () => {
    expect(splitWords('ab "c d', 0)).toEqual([
      { text: 'ab', start: 0, end: 2, quoted: false, open: false },
      { text: 'c d', start: 3, end: 7, quoted: true, open: true },
    ]);
  });

  test('TERM-11 what is quoted reads back as it was, for any text', () => {
    const random = seededRandom(11);
    for (let round = 0; round < 3_000; round++) {
      const words = Array.from({ length: 1 + random.below(4) }, () => anyText(random));
      expect(texts(words.map(quoteWord).join(' '))).toEqual(words);
    }
  });

  test('TERM-11 any line parts into words inside of it, in their order', () => {
    const random = seededRandom(12);
    for (let round = 0; round < 3_000; round++) {
      const line = anyText(random);
      let end = 0;
      for (const word of splitWords(line)) {
        expect(word.start).toBeGreaterThanOrEqual(end);
        expect(word.end).toBeGreaterThan(word.start);
        expect(word.end).toBeLessThanOrEqual(line.length);
        end = word.end;
      }
    }
  });
});

const SIGNS = [
  'a',
  'B',
  ' ',
  '"',
  '\\',
  '\n',
  '\t',
  '/',
  '#',
  '@',
  '-',
  '1',
  'é',
  '😄',
  '\u202e',
  '\u0000',
  '\ud800',
];

function anyText(random: SeededRandom): string {
  return Array.from({ length: random.below(12) }, () => random.pick(SIGNS)).join('');
}
