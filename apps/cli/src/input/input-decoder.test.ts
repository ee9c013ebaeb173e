import { describe, expect, test } from 'bun:test';
import { seededRandom, seedOfThisRun } from '@tpx/testkit';
import { InputDecoder } from './input-decoder.ts';
import type { Decoded } from './sequence-event.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** All that comes of these bytes, and then of nothing more coming. */
function decode(...chunks: (string | Uint8Array)[]): Decoded[] {
  const decoder = new InputDecoder();
  const events = chunks.flatMap((chunk) => decoder.push(typeof chunk === 'string' ? bytes(chunk) : chunk));
  return [...events, ...decoder.flush()];
}

/** `C-` Ctrl, `M-` Alt, `S-` Shift, as manuals of Emacs write them. */
const shown = (events: readonly Decoded[]) =>
  events.map((event) => {
    if (event.type !== 'key') return event;
    const { name, ctrl, alt, shift } = event.key;
    return `${ctrl ? 'C-' : ''}${alt ? 'M-' : ''}${shift ? 'S-' : ''}${name}`;
  });
const keys = (...chunks: string[]) => shown(decode(...chunks));

describe('TERM-71 keys', () => {
  test('TERM-71 characters are themselves, a cluster of code points is one', () => {
    expect(keys('aÉ 日👩‍👩‍👧é')).toEqual(['a', 'É', ' ', '日', '👩‍👩‍👧', 'é']);
  });

  test('TERM-71 control characters are Ctrl with their letter, or have a name', () => {
    expect(keys('\u0001\u001a\u0000\u001f\r\n\t\u007f\b')).toEqual([
      'C-a',
      'C-z',
      'C- ',
      'C-_',
      'enter',
      'C-j',
      'tab',
      'backspace',
      'backspace',
    ]);
  });

  test.each([
    ['\u001b[A', 'up'],
    ['\u001bOA', 'up'],
    ['\u001b[1;5A', 'C-up'],
    ['\u001b[1;2D', 'S-left'],
    ['\u001b[1;7C', 'C-M-right'],
    ['\u001b[H', 'home'],
    ['\u001bOF', 'end'],
    ['\u001b[1~', 'home'],
    ['\u001b[4~', 'end'],
    ['\u001b[2~', 'insert'],
    ['\u001b[3~', 'delete'],
    ['\u001b[3;5~', 'C-delete'],
    ['\u001b[5~', 'pageup'],
    ['\u001b[6;3~', 'M-pagedown'],
    ['\u001b[Z', 'S-tab'],
    ['\u001bOP', 'f1'],
    ['\u001b[1;2P', 'S-f1'],
    ['\u001b[15~', 'f5'],
    ['\u001b[24;2~', 'S-f12'],
    ['\u001b[[B', 'f2'],
    ['\u001bOj', '*'],
    ['\u001bOM', 'enter'],
    ['\u001b[3^', 'C-delete'],
    ['\u001b[a', 'S-up'],
    ['\u001bOd', 'C-left'],
  ])('TERM-71 %j of xterm, VT, rxvt or the Linux console is %s', (sequence, key) => {
    expect(keys(sequence)).toEqual([key]);
  });

  test.each([
    ['\u001ba', 'M-a'],
    ['\u001bA', 'M-a'],
    ['\u001b1', 'M-1'],
    ['\u001bé', 'M-é'],
    ['\u001b\r', 'M-enter'],
    ['\u001b\u007f', 'M-backspace'],
    ['\u001b\u0002', 'C-M-b'],
    ['\u001b\u001b[A', 'M-up'],
    ['\u001b[', 'M-['],
    ['\u001bO', 'M-o'],
    ['\u001b]', 'M-]'],
  ])('TERM-71 %j is Alt: %s', (sequence, key) => {
    expect(keys(sequence)).toEqual([key]);
  });

  test.each([
    ['\u001b[97;5u', 'C-a'],
    ['\u001b[97;4u', 'M-a'],
    ['\u001b[13;2u', 'S-enter'],
    ['\u001b[13;5u', 'C-enter'],
    ['\u001b[27u', 'escape'],
    ['\u001b[9;2u', 'S-tab'],
    ['\u001b[127;5u', 'C-backspace'],
    ['\u001b[97:65;2u', 'A'],
    ['\u001b[57414u', 'enter'],
    ['\u001b[57404u', '5'],
    ['\u001b[57421;5u', 'C-pageup'],
    ['\u001b[1;5:1A', 'C-up'],
    ['\u001b[27;5;107~', 'C-k'],
  ])('TERM-71 %j of the kitty protocol or modifyOtherKeys is %s', (sequence, key) => {
    expect(keys(sequence)).toEqual([key]);
  });

  test('TERM-71 releases, keys of the desktop and unknown sequences are nothing', () => {
    expect(keys('\u001b[97;5:3u', '\u001b[97;9u', '\u001b[57428u', '\u001b[99~', '\u001b[>1;2c')).toEqual([]);
  });

  test('TERM-71 a lone ESC is Escape once nothing more has come, and only then', () => {
    const decoder = new InputDecoder();
    expect(decoder.push(bytes('\u001b'))).toEqual([]);
    expect(decoder.waitMs).toBeGreaterThan(0);
    expect(shown(decoder.flush())).toEqual(['escape']);
    expect(decoder.waitMs).toBeUndefined();
    expect(keys('\u001b\u001b')).toEqual(['escape', 'escape']);
  });
});

describe('TERM-72 pastes', () => {
  test('TERM-72 a paste is one event, whatever is in it', () => {
    expect(decode('a\u001b[200~one\r\ntwo\rthr\u001b[Aee\u0003\u001b[201~b')).toEqual([
      ...decode('a'),
      { type: 'paste', text: 'one\ntwo\nthr[Aee' },
      ...decode('b'),
    ]);
  });

  test('TERM-72 a paste whose end never comes is told all the same', () => {
    expect(decode('\u001b[200~lost\u001b[20')).toEqual([{ type: 'paste', text: 'lost[20' }]);
  });
});

describe('TERM-73 mouse, focus, answers', () => {
  test('TERM-73 presses and the wheel tell where, from zero', () => {
    expect(decode('\u001b[<0;1;1M\u001b[<0;1;1m\u001b[<2;80;24M\u001b[<64;3;4M\u001b[<65;3;4M')).toEqual([
      { type: 'press', at: { row: 0, column: 0 }, button: 'left' },
      { type: 'press', at: { row: 23, column: 79 }, button: 'right' },
      { type: 'wheel', at: { row: 3, column: 2 }, lines: -3 },
      { type: 'wheel', at: { row: 3, column: 2 }, lines: 3 },
    ]);
  });

  test('TERM-73 movement and reports that make no sense are nothing', () => {
    expect(decode('\u001b[<35;5;5M\u001b[<0;0;0M\u001b[<;;M')).toEqual([]);
  });

  test('TERM-73 the window comes and goes', () => {
    expect(decode('\u001b[I\u001b[O')).toEqual([
      { type: 'focus', focused: true },
      { type: 'focus', focused: false },
    ]);
  });

  test('TERM-73 a terminal answers what it can', () => {
    expect(decode('\u001b[?0u\u001b[?2026;2$y\u001b[?2026;0$y')).toEqual([
      { type: 'answer', of: 'kitty keyboard', yes: true },
      { type: 'answer', of: 'synchronised output', yes: true },
      { type: 'answer', of: 'synchronised output', yes: false },
    ]);
  });
});

describe('TERM-70 any stream', () => {
  const seed = seedOfThisRun();
  const ROUNDS = 300;
  const PIECES = [
    ...['a', 'Z', ' ', 'é', '日', '👍🏽', '👩‍👩‍👧', 'ö'],
    ...['\u001b[A', '\u001b[1;5C', '\u001bOP', '\u001b[97;5u', '\u001b[<0;10;20M', '\u001b[I', '\u001bx'],
    ...['\u001b[200~pasted\ntext\u001b[201~', '\r', '\u0001', '\u001b[3~', '\u001b[999~'],
  ];

  /** Clusters that a cut goes through come as their code points; what is written is the same. */
  const merged = (events: readonly Decoded[]) =>
    events.reduce<(string | Decoded)[]>((all, event) => {
      const plain =
        event.type === 'key' && !event.key.ctrl && !event.key.alt && !/^[a-z]\w+$/.test(event.key.name);
      const last = all.at(-1);
      if (!plain) all.push(event);
      else if (typeof last === 'string') all[all.length - 1] = last + event.key.name;
      else all.push(event.key.name);
      return all;
    }, []);

  test(`TERM-70 cut anywhere, it gives the same (seed ${seed})`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const whole = bytes(Array.from({ length: 40 }, () => random.pick(PIECES)).join(''));
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < whole.length; ) {
        const end = at + 1 + random.below(7);
        chunks.push(whole.slice(at, end));
        at = end;
      }
      expect(merged(decode(...chunks))).toEqual(merged(decode(whole)));
    }
  });

  test(`TERM-70 random bytes never throw, and nothing that is held back grows (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const spice = bytes('\u001b[O;?<~uM0123456789');
    for (let round = 0; round < ROUNDS; round++) {
      const decoder = new InputDecoder();
      for (let chunk = 0; chunk < 20; chunk++) {
        const noise = random.bytes(30).map((byte) => (byte & 1 ? (spice[byte % spice.length] ?? 0) : byte));
        decoder.push(noise);
      }
      decoder.flush();
      expect(decoder.waitMs).toBeUndefined();
      // The last bytes may have been half a character.
      expect(shown(decoder.push(bytes('x'))).at(-1)).toBe('x');
    }
  });

  test(`TERM-70 printable text between broken sequences is not lost (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const broken = [
      '\u001b[12é',
      '\u001b[<1;',
      '\u001b[[9',
      '\u001bO1',
      '\u001b\u001b',
      `\u001b[${'1;'.repeat(100)}`,
    ];
    for (let round = 0; round < ROUNDS; round++) {
      const words = Array.from({ length: 10 }, (_, index) => `日${index}ü`);
      const written = decode(words.map((word) => `${random.pick(broken)}${word}`).join(''))
        .map((event) => (event.type === 'key' && !event.key.ctrl ? event.key.name : ''))
        .join('');
      for (const word of words) expect(written).toContain(word);
    }
  });
});
