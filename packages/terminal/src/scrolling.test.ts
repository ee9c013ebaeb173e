import { describe, expect, test } from 'bun:test';
import { message, testTerminal } from './terminal.fixture.ts';

const at = (index: number) => new Date(Date.parse('2026-11-24T08:00:00Z') + index * 60_000).toISOString();
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => message(index + 1, { created_at: at(index) }));
const said = (lines: string[]) => lines.slice(2, -3).map((line) => line.split('│ ')[1] ?? '');
const texts = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `text ${from + index}`);

describe('TERM-43 scrolling', () => {
  test('TERM-43 page by page up to the first row and down to the last', async () => {
    const { keys, lines } = await testTerminal({ columns: 60, rows: 12, messages: many(30) });
    expect(said(lines())).toEqual(texts(24, 30));
    await keys('pageup');
    expect(said(lines())).toEqual(texts(19, 25));
    await keys('pagedown');
    expect(said(lines())).toEqual(texts(24, 30));
    await keys(...Array(10).fill('pageup'));
    expect(said(lines()).slice(1)).toEqual(texts(1, 6));
    await keys('alt+pagedown');
    expect(said(lines())).toEqual(texts(1, 7));
    await keys('alt+end');
    expect(said(lines())).toEqual(texts(24, 30));
    await keys('alt+home');
    expect(said(lines()).slice(1)).toEqual(texts(1, 6));
  });

  test('TERM-43 what arrives meanwhile does not move what is read, and the status says how much', async () => {
    const { keys, lines, say } = await testTerminal({ columns: 60, rows: 12, messages: many(30) });
    await keys('pageup');
    const before = said(lines());
    for (let seq = 31; seq <= 40; seq++) say(seq);
    expect(said(lines())).toEqual(before);
    expect(lines().at(-1)).toEndWith('▼ 15 below');
  });

  test('TERM-43 nor does another size lose the place', async () => {
    const { keys, lines, terminal } = await testTerminal({ columns: 60, rows: 12, messages: many(30) });
    await keys('pageup', 'pageup');
    const lowest = said(lines()).at(-1);
    terminal.input({ type: 'resize', columns: 45, rows: 20 });
    terminal.input({ type: 'resize', columns: 60, rows: 9 });
    expect(said(lines()).at(-1)).toBe(lowest);
  });

  test('TERM-43 the wheel scrolls', async () => {
    const { lines, terminal } = await testTerminal({ columns: 60, rows: 12, messages: many(30) });
    terminal.input({ type: 'wheel', at: { row: 4, column: 4 }, lines: -3 });
    expect(said(lines())).toEqual(texts(21, 27));
    terminal.input({ type: 'wheel', at: { row: 4, column: 4 }, lines: 3 });
    expect(said(lines())).toEqual(texts(24, 30));
  });

  test('TERM-43 a message of more rows than the window is scrolled through', async () => {
    const long = message(31, {
      content: { text: Array.from({ length: 40 }, (_, row) => `row ${row}`).join('\n') },
    });
    const { keys, lines } = await testTerminal({ columns: 60, rows: 12, messages: [...many(30), long] });
    expect(said(lines())).toEqual(Array.from({ length: 7 }, (_, row) => `row ${row + 33}`));
    await keys(...Array(10).fill('alt+pageup'));
    expect(said(lines()).at(-1)).toBe('row 29');
  });

  test('TERM-43 what a command shows is read from its beginning, where it is longer than the window', async () => {
    const { keys, type, lines } = await testTerminal({ columns: 60, rows: 12, messages: many(30) });
    await type('/help all');
    await keys('enter');
    expect(lines()[2]).toStartWith('Account');
    expect(lines().at(-1)).toContain('below');
    await type('/help quit');
    await keys('enter');
    expect(lines().at(-4)).toStartWith('Also: /exit');
    expect(lines().at(-1)).not.toContain('below');
  });

  test('TERM-43 /clear empties the tab, and scrolling back fills it again', async () => {
    const { keys, type, lines, say } = await testTerminal({ columns: 60, rows: 12, messages: many(30) });
    await type('/clear');
    await keys('enter');
    expect(said(lines()).join('')).toBe('');
    say(31, { created_at: at(31) });
    expect(said(lines()).filter((line) => line !== '')).toEqual(['text 31']);
    await keys('pageup');
    expect(said(lines())).toContain('text 29');
  });
});
