import { describe, expect, test } from 'bun:test';
import { seededRandom, seedOfThisRun } from '@tpx/testkit';
import type { Style } from '../screen/screen.ts';
import { hostileText } from './hostile.fixture.ts';
import { safeLine } from './safe-text.ts';
import { shorten, textWidth } from './text-width.ts';
import { wrap } from './wrap.ts';

const PLAIN: Style = {};
const rowsOf = (text: string, width: number) =>
  wrap([{ text, style: PLAIN }], width).map((row) => row.map((span) => span.text).join(''));

describe('TERM-54 text in columns', () => {
  test.each<[text: string, width: number, rows: string[]]>([
    ['one two three', 8, ['one two ', 'three']],
    ['one two three', 100, ['one two three']],
    ['', 10, ['']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['to abcdefghij', 5, ['to ab', 'cdefg', 'hij']],
    ['你好世界', 5, ['你好', '世界']],
    ['a你b好', 3, ['a你', 'b好']],
    ['👩‍👩‍👧👩‍👩‍👧', 3, ['👩‍👩‍👧', '👩‍👩‍👧']],
    ['cafe\u0301s', 4, ['cafe\u0301', 's']],
    ['  code', 10, ['  code']],
    ['你', 1, ['']],
  ])('TERM-54 %j in %i columns', (text, width, rows) => {
    expect(rowsOf(text, width)).toEqual(rows);
  });

  test('TERM-54 styles, links and presses stay with their words', () => {
    const bold: Style = { bold: true };
    const rows = wrap(
      [
        { text: 'see ', style: PLAIN },
        { text: 'the page', style: bold, link: 'https://x.org/' },
      ],
      7,
    );
    expect(rows).toEqual([
      [
        { text: 'see ', style: PLAIN },
        { text: 'the', style: bold, link: 'https://x.org/' },
      ],
      [{ text: 'page', style: bold, link: 'https://x.org/' }],
    ]);
  });

  test('TERM-54 no row is wider than it may be, and no word is lost (seeded)', () => {
    const seed = seedOfThisRun();
    const random = seededRandom(seed);
    for (let round = 0; round < 3_000; round++) {
      const text = safeLine(hostileText(random, 30));
      const width = random.below(60) + 2;
      const rows = rowsOf(text, width);
      const tooWide = rows.find((row) => textWidth(row) > width);
      const same = rows.join('').replaceAll(' ', '') === text.replaceAll(' ', '');
      if (tooWide !== undefined || !same)
        throw new Error(`seed ${seed}: ${JSON.stringify(text)} in ${width} gives ${JSON.stringify(rows)}`);
      if (textWidth(shorten(text, width)) > width) throw new Error(`seed ${seed}: ${JSON.stringify(text)}`);
    }
  });
});
