import { describe, expect, test } from 'bun:test';
import type { Row, Screen, Style } from '@tpx/terminal';
import { Painter } from './painter.ts';
import { type ColorDepth, terminalTraits } from './terminal-traits.ts';

const PLAIN: Style = {};
const row = (text: string, style: Style = PLAIN, more: { link?: string } = {}): Row => [
  { text, style, ...more },
];
const screen = (rows: Row[], more: Partial<Screen> = {}): Screen => ({
  columns: 20,
  rows,
  cursor: { row: rows.length - 1, column: 2 },
  title: 'tpx',
  ...more,
});

function newPainter(colors: ColorDepth = 'truecolor') {
  const writes: string[] = [];
  const painter = new Painter((text) => writes.push(text), { colors, links: true });
  /** What one more picture writes, ESC shown as `^`. */
  const paint = (picture: Screen) => {
    const before = writes.length;
    painter.paint(picture);
    return writes.slice(before).map((text) => text.replaceAll('\u001b', '^'));
  };
  return { painter, paint };
}

describe('TERM-74 a picture is one write of what changed', () => {
  const [one, two, three] = [row('one'), row('two'), row('three')];

  test('TERM-74 the first is painted whole, the same again writes nothing', () => {
    const { paint } = newPainter();
    const picture = screen([one, two]);
    expect(paint(picture)).toEqual([
      '^]2;tpx^\\^[0m^[2J^[1;1H^[0m^[2K^[0mone^[2;1H^[0m^[2K^[0mtwo^[2;3H^[?25h',
    ]);
    expect(paint(picture)).toEqual([]);
    expect(paint(screen([one, two]))).toEqual([]);
  });

  test('TERM-74 only rows that are other objects, the cursor hidden meanwhile', () => {
    const { paint } = newPainter();
    paint(screen([one, two]));
    expect(paint(screen([one, three]))).toEqual(['^[?25l^[2;1H^[0m^[2K^[0mthree^[2;3H^[?25h']);
  });

  test('TERM-74 a cursor that moves alone is moved alone, and hidden where there is none', () => {
    const { paint } = newPainter();
    paint(screen([one, two]));
    expect(paint(screen([one, two], { cursor: { row: 0, column: 0 } }))).toEqual(['^[1;1H^[?25h']);
    expect(paint(screen([one, two], { cursor: undefined }))).toEqual(['^[?25l']);
    expect(paint(screen([one, three], { cursor: undefined }))).toEqual(['^[2;1H^[0m^[2K^[0mthree']);
  });

  test('TERM-74 another size, or what is forgotten, is painted whole', () => {
    const { painter, paint } = newPainter();
    paint(screen([one, two]));
    expect(paint(screen([one, two], { columns: 21 })).join('')).toContain('^[2J^[1;1H^[0m^[2K^[0mone');
    expect(paint(screen([one], { columns: 21 })).join('')).toContain('one');
    painter.forget();
    expect(paint(screen([one], { columns: 21 })).join('')).toContain('one');
  });

  test('TERM-74 a terminal that can shows it in one piece', () => {
    const { painter, paint } = newPainter();
    painter.synchronised = true;
    paint(screen([one, two]));
    expect(paint(screen([one, three]))).toEqual([
      '^[?2026h^[?25l^[2;1H^[0m^[2K^[0mthree^[2;3H^[?25h^[?2026l',
    ]);
  });
});

test('TERM-74 what follows an emoji or a wide character stands in its own column', () => {
  const { paint } = newPainter();
  expect(paint(screen([[...row('日本'), ...row('|'), ...row('x')]])).join('')).toContain('日本^[5G|x');
});

describe('TERM-75 nothing in a picture is obeyed by the terminal', () => {
  const HOSTILE = 'a\u001b[2J\u009b31m\u0007\r\n\u202egnp\u2066\u2028\u200fz\ud800';

  test('TERM-75 controls, separators and signs of direction are shown as what they are not', () => {
    const { paint } = newPainter();
    const [text = ''] = paint(screen([row(HOSTILE)], { title: HOSTILE, cursor: undefined }));
    expect(text).toBe('^]2;a�[2J�31m����gnp���z�^\\^[0m^[2J^[1;1H^[0m^[2K^[0ma�[2J�31m����gnp���z�');
  });

  test.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://x/\u001b]52;c;eA==\u0007',
    'https://x/\u009c',
    'https://x/ y',
    `https://x/${'y'.repeat(3_000)}`,
  ])('TERM-75 %j is no link', (link) => {
    const { paint } = newPainter();
    expect(paint(screen([row('text', PLAIN, { link })])).join('')).not.toContain('^]8;');
  });

  test('TERM-75 a link begins and ends with its text', () => {
    const { paint } = newPainter();
    const rows = [[...row('see '), ...row('here', PLAIN, { link: 'https://x.org/a?b=1#c' }), ...row('.')]];
    expect(paint(screen(rows)).join('')).toContain('^[0msee ^]8;;https://x.org/a?b=1#c^\\here^]8;;^\\.');
  });
});

describe('TERM-76 colours as far as the terminal goes', () => {
  const style: Style = { fg: '#ff8700', bg: '#1c1c1c', bold: true, underline: true };
  test.each<[ColorDepth, string]>([
    ['truecolor', '^[0;1;4;38;2;255;135;0;48;2;28;28;28m'],
    ['256', '^[0;1;4;38;5;208;48;5;234m'],
    ['16', '^[0;1;4;33;40m'],
    ['none', '^[0;1;4m'],
  ])('TERM-76 %s', (depth, codes) => {
    const { paint } = newPainter(depth);
    expect(paint(screen([row('x', style)])).join('')).toContain(`${codes}x`);
  });

  test.each<[Record<string, string>, ColorDepth]>([
    [{ TERM: 'xterm-256color' }, '256'],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'truecolor'],
    [{ TERM: 'xterm-kitty' }, 'truecolor'],
    [{ TERM: 'xterm' }, '16'],
    [{ TERM: 'linux' }, '16'],
    [{ TERM: 'vt220' }, 'none'],
    [{ TERM: 'xterm-mono' }, 'none'],
    [{ TERM: 'dumb' }, 'none'],
    [{}, 'none'],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '1' }, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, '256'],
  ])('TERM-76 %j has %s', (env, colors) => {
    expect(terminalTraits(env).colors).toBe(colors);
  });
});
