import { describe, expect, test } from 'bun:test';
import { seededRandom, seedOfThisRun } from '@tpx/testkit';
import { forbiddenIn, hostileText } from './hostile.fixture.ts';
import { safeLine, safeText } from './safe-text.ts';

describe('TERM-2 nothing that a terminal obeys reaches a span', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', '[31mred[0m'],
    ['\u001b]52;c;eA==\u0007x', ']52;c;eA==x'],
    ['a\u009b2Jb', 'a2Jb'],
    ['user\u202egnp.exe', 'usergnp.exe'],
    ['ad\u200bm\u2060in', 'admin'],
    ['a\u200db', 'ab'],
    ['x\ufe0fy', 'xy'],
    ['lone \ud800 surrogate', 'lone \ufffd surrogate'],
    ['one\ttwo', 'one    two'],
    ['one\r\ntwo\rthree', 'one\ntwo\nthree'],
    ['z\u0301\u0302\u0303\u0304\u0305\u0306', 'z\u0301\u0302\u0303\u0304'],
  ])('TERM-2 %j becomes %j', (given, safe) => {
    expect(safeText(given)).toBe(safe);
  });

  test('TERM-2 a name or a topic is one line', () => {
    expect(safeLine('one\ntwo\r\nthree')).toBe('one two three');
  });

  test('TERM-2 every script, and emoji that are made of several, stay', () => {
    const fine = 'Grüße, שלום, नमस्ते, 你好, 한국어, 👩‍👩‍👧 👨🏽‍🦰 ❤️‍🔥 🏳️‍🌈 👍🏽 🇩🇪 1️⃣ ❤️';
    expect(safeText(fine)).toBe(fine);
  });

  test('TERM-2 whatever is given: nothing forbidden is left, and what is safe stays as it is (seeded)', () => {
    const seed = seedOfThisRun();
    const random = seededRandom(seed);
    for (let round = 0; round < 20_000; round++) {
      const given = hostileText(random, 12);
      const safe = safeText(given);
      const left = forbiddenIn(safe.replaceAll('\n', ' ')) ?? forbiddenIn(safeLine(given));
      if (left !== undefined || safeText(safe) !== safe || !safe.isWellFormed())
        throw new Error(`seed ${seed}: ${JSON.stringify(given)} leaves ${left} in ${JSON.stringify(safe)}`);
    }
  });
});
