import { describe, expect, test } from 'bun:test';
import { resolve } from 'node:path';
import { seededRandom, seedOfThisRun } from '@tpx/testkit';
import { gemoji } from 'gemoji';
import stringWidth from 'string-width';
import { clusterWidth } from './cluster-width.ts';
import { clustersOf } from './clusters.ts';
import { hostileText } from './hostile.fixture.ts';
import { safeText } from './safe-text.ts';

/** Joined letters, emoji with a mark: most terminals count them so, string-width does not. The table below has them. */
const ELSEWHERE = /\p{L}.*\p{Lo}|\p{Regional_Indicator}{2}.|\p{Emoji}.*\p{Mn}\p{Mn}/u;

describe('TERM-65 how many columns a character takes', () => {
  test('TERM-65 every code point is as wide as string-width has it', () => {
    const different: string[] = [];
    for (let code = 0x20; code <= 0x10ffff; code++) {
      const sign = String.fromCodePoint(code);
      if (clusterWidth(sign) !== stringWidth(sign)) different.push(`U+${code.toString(16)}`);
    }
    expect(different).toEqual([]);
  });

  test('TERM-65 every emoji takes two', () => {
    for (const { emoji } of gemoji) expect([emoji, clusterWidth(emoji)]).toEqual([emoji, 2]);
  });

  test('TERM-65 so are letters with their marks, syllables and what is joined, in texts that are safe', () => {
    const seed = seedOfThisRun();
    const random = seededRandom(seed);
    for (let round = 0; round < 3_000; round++) {
      for (const cluster of clustersOf(safeText(hostileText(random, 6)))) {
        if (ELSEWHERE.test(cluster)) continue;
        const found = { seed, cluster, width: clusterWidth(cluster) };
        expect(found).toEqual({ seed, cluster, width: stringWidth(cluster) });
      }
    }
  });

  test.each([
    ['한', 2],
    ['\u1112\u1161\u11ab', 2],
    ['ｶﾞ', 2],
    ['नि', 2],
    ['स्ते', 2],
    ['ำ', 1],
    ['e\u0301', 1],
    ['❤', 1],
    ['❤\ufe0f', 2],
    ['1\ufe0f\u20e3', 2],
    ['☝🏽', 2],
    ['❤\ufe0f\u0301', 2],
    ['1\ufe0f', 1],
    ['🇩🇪', 2],
    ['🇩🇪\ufe0f', 2],
    ['👩‍👩‍👧', 2],
  ])('TERM-65 %s takes %d', (cluster, width) => {
    expect(clusterWidth(cluster)).toBe(width);
  });
});

test('TERM-65 an engine without a segmenter loads the terminal and measures the same texts the same', () => {
  const texts = [
    'Grüße',
    '한국어',
    '\u1112\u1161\u11ab',
    '你好',
    '👩‍👩‍👧',
    '👍🏽',
    '❤️',
    '🇩🇪',
    '1️⃣',
    'ｶﾞ',
    'e\u0301',
    'नमस्ते',
    '﷽',
  ];
  const index = resolve(import.meta.dirname, '../index.ts');
  const measured = (before: string) => {
    const script = `${before} const { textWidth } = await import(${JSON.stringify(index)});
      console.log(JSON.stringify(${JSON.stringify(texts)}.map(textWidth)));`;
    const { stdout, stderr } = Bun.spawnSync([process.execPath, '-e', script]);
    return `${stdout}${stderr}`;
  };
  const without = measured('delete Intl.Segmenter; delete String.prototype.toWellFormed;');
  expect(without).toBe(measured(''));
  expect(JSON.parse(without)).toHaveLength(texts.length);
});
