import { expect, test } from 'bun:test';
import { cleanName, cleanText } from './text.ts';

test.each([
  ['letters that are composed alike', 'e\u0301', '\u00e9'],
  ['line ends of all kinds', 'a\r\nb\rc\n', 'a\nb\nc\n'],
  ['letters that compose once what stood between them is gone', 'e\u0000\u0301', '\u00e9'],
  ['tabs, which stay', 'a\tb', 'a\tb'],
  ['an ANSI escape', 'a\u001b[31mred\u001b[0m', 'a[31mred[0m'],
  ['an eight-bit CSI', 'a\u009b31m', 'a31m'],
  ['NUL, BEL, backspace, DEL', 'a\u0000\u0007\u0008\u007fb', 'ab'],
  ['an operating-system command', '\u001b]0;title\u0007', ']0;title'],
  ['line and paragraph separators', 'a\u2028b\u2029c', 'abc'],
  ['bidi overrides', 'a\u202egnp.exe', 'agnp.exe'],
  ['bidi isolates and marks', '\u2066a\u2069\u200e\u200f\u061c', 'a'],
  ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
  ['right-to-left letters, which stay', 'שלום', 'שלום'],
  ['a family joined by zero-width joiners, which stays', '👩‍👩‍👧', '👩‍👩‍👧'],
  ['markup, which is for faces to escape', '<b onclick=x>', '<b onclick=x>'],
])('TEXT-1 a text is stored clean: %s', (_name, given, stored) => {
  expect(cleanText(given)).toBe(stored);
  expect(cleanText(stored)).toBe(stored);
});

test('TEXT-1 plain ASCII is stored as it is', () => {
  const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
  expect(cleanText(ascii)).toBe(ascii);
});

test.each([
  ['line breaks and runs of blanks', ' a\n\n b\t c ', 'a b c'],
  ['zero-width characters', 'a\u200bd\u200cm\u200di\ufeffn', 'admin'],
  ['soft hyphens and variation selectors', 'ad\u00admin\ufe0f', 'admin'],
  ['Hangul fillers, which look like nothing', '\u3164\u115fa', 'a'],
  ['letters that compose once what stood between them is gone', 'e\u00ad\u0301', '\u00e9'],
  ['escapes', '\u001b[2Ja', '[2Ja'],
  ['nothing but invisible ones', '\u200b\u2060', ''],
])('TEXT-3 a name is one visible line: %s', (_name, given, stored) => {
  expect(cleanName(given)).toBe(stored);
  expect(cleanName(stored)).toBe(stored);
});
