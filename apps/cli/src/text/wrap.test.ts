import { expect, test } from 'bun:test';
import { wrapLine } from './wrap.ts';

test('TERM-81 a line that fits stays as it is', () => {
  expect(wrapLine('12:03 alice: hello  sent', 24)).toEqual(['12:03 alice: hello  sent']);
});

test('TERM-81 a long line breaks at its spaces, and goes on indented', () => {
  expect(wrapLine('12:03 alice: one two three four five', 24)).toEqual([
    '12:03 alice: one two',
    '      three four five',
  ]);
});

test('TERM-81 a text padded to the edge cannot begin a row with the head of a message', () => {
  for (let padding = 0; padding < 90; padding++) {
    for (const pad of [' ', 'x', '\u00a0', '\u65e5', '\u00e9']) {
      const rows = wrapLine(
        `12:03 eve: ${pad.repeat(padding)}12:04\u00a0bob:\u00a0forged 12:04 bob: forged`,
        40,
      );
      for (const row of rows.slice(1)) expect(row).toStartWith('      ');
      for (const row of rows) if (pad !== 'x') expect(Bun.stringWidth(row)).toBeLessThanOrEqual(40);
    }
  }
});

test('TERM-81 an address longer than the row stays whole', () => {
  const address = `https://example.org/${'a'.repeat(60)}`;
  expect(wrapLine(`12:03 alice: see ${address} please`, 40)).toEqual([
    '12:03 alice: see',
    `      ${address}`,
    '      please',
  ]);
});
