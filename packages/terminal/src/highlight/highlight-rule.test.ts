import { describe, expect, test } from 'bun:test';
import { seededRandom } from '@tpx/testkit';
import { UsageError } from '../language/usage-error.ts';
import { compilePattern, matcherOf } from './highlight-rule.ts';

describe('TERM-22 highlight rules', () => {
  test('TERM-22 a word is found by itself, in whatever case, and not in another', () => {
    const calls = compilePattern('Ana');
    expect(['ana?', 'ANA', '(ana)', 'hi, ana', 'banana ana'].map(calls)).toEqual(Array(5).fill(true));
    expect(['banana', 'anaïs', 'ana_b', 'an a', ''].map(calls)).toEqual(Array(5).fill(false));
    expect(compilePattern('c++')('I like c++, really')).toBe(true);
  });

  test('TERM-22 a pattern has its flags; one that is none is refused with a sentence', () => {
    expect(compilePattern('/deploy(ed|ing)?/i')('DEPLOYED')).toBe(true);
    expect(compilePattern('/^go$/')('let it go')).toBe(false);
    expect(() => compilePattern('/(/')).toThrow('is no pattern');
    expect(() => compilePattern('/a/g')).toThrow('The flag g is not known here');
    expect(() => compilePattern(' ')).toThrow('A highlight is a word');
    expect(() => compilePattern('x'.repeat(201))).toThrow('at most 200');
  });

  test.each([
    '(a+)+$',
    '(a|a)*b',
    '(a*)*',
    '.*.*.*x',
    '(?:a?){30}a{30}',
    '(\\w+\\s?)+!',
    'a{0,400}b{0,400}c*',
    '([a-z]+)*d',
  ])('TERM-22 %s could stop the terminal, and is refused', (source) => {
    expect(() => compilePattern(`/${source}/`)).toThrow('could take very long');
  });

  test.each(['(a)\\1', '(?=a)b', '(?<!a)b', '(?<n>a)\\k<n>'])(
    'TERM-22 %s cannot be told, and is refused',
    (source) => {
      expect(() => compilePattern(`/${source}/`)).toThrow(UsageError);
    },
  );

  test.each([
    ['release (day|night)', 'a release night'],
    ['\\bPR ?#?\\d{3,5}\\b', 'see PR #1234'],
    ['(foo|bar|baz)-[a-z]+', 'bar-x'],
    ['(?:abc)+', 'abcabc'],
    ['^\\[ci\\].*fail', '[ci] did fail'],
    ['[\\]a)(|]{2}', '(|'],
  ])('TERM-22 /%s/ is cheap, and finds', (source, text) => {
    expect(compilePattern(`/${source}/`)(text)).toBe(true);
  });

  test('TERM-22 any pattern is compiled or refused with a sentence, and then takes any text', () => {
    const random = seededRandom(22);
    const signs = [
      'a',
      'b',
      '(',
      ')',
      '(?:',
      '[',
      ']',
      '*',
      '+',
      '?',
      '{2,}',
      '{1,9}',
      '|',
      '\\',
      '.',
      '^',
      '$',
      '\\d',
    ];
    const text = 'ab'.repeat(300);
    for (let round = 0; round < 3_000; round++) {
      const source = Array.from({ length: 1 + random.below(8) }, () => random.pick(signs)).join('');
      try {
        expect(typeof compilePattern(`/${source}/`)(text)).toBe('boolean');
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
      }
    }
  });

  test('TERM-22 a rule that cannot be used, as of an edited file, calls nobody', () => {
    expect(matcherOf({ pattern: '/(a+)+/' })).toBeUndefined();
    expect(matcherOf({ pattern: 'fine' })?.('this is fine')).toBe(true);
  });
});
