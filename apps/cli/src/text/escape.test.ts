import { describe, expect, test } from 'bun:test';
import { escapeForTerminal, toJsonLine } from './escape.ts';

const odd = 'a\u001b[31mred\u009b0m\u202egnp\u200b\u2028\r\n\u0007\u007f\u{e0041}z';

describe('TERM-80 what others wrote cannot act on the terminal', () => {
  test('TERM-80 control characters, ANSI, bidi and invisible signs become visible', () => {
    expect(escapeForTerminal(odd)).toBe(
      'a<U+001B>[31mred<U+009B>0m<U+202E>gnp<U+200B><U+2028><U+000D><U+000A><U+0007><U+007F><U+E0041>z',
    );
  });

  test('TERM-80 ordinary text of any script and emoji stay', () => {
    const fine = 'Grüße, שלום, 你好, 👩‍👩‍👧 ❤️ é';
    expect(escapeForTerminal(fine)).toBe(fine);
  });

  test('TERM-80 lone surrogates do not reach the terminal', () => {
    expect(escapeForTerminal('a\ud800b')).toBe('a\ufffdb');
  });

  test('TERM-80 JSON is one safe line that reads back as what it was', () => {
    const line = toJsonLine({ text: odd });
    expect(JSON.parse(line)).toEqual({ text: odd });
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e\u2028\u200b]/);
  });
});
