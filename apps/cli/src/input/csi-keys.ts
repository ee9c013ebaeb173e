import type { InputEvent } from '@tpx/terminal';
import { characterKey, controlKey, keyEvent, type Modifiers, NO_MODIFIERS, readModifiers } from './keys.ts';

/** `CSI 1 ; modifiers X` and `ESC O X` */
const BY_LETTER: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

/** `CSI n ; modifiers ~` (VT220 and xterm; 7 and 8 are rxvt's) */
const BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** The keypad in application mode: `ESC O j` and so on. */
const KEYPAD = new Map(
  [...'jklmnopqrstuvwxy'].map((letter, index) => [letter, '*+,-./0123456789'.charAt(index)]),
);

/** Keypad keys of the kitty protocol, from code 57399 on. */
const KITTY_KEYPAD = [
  ...'0123456789./*-+',
  'enter',
  '=',
  ',',
  'left',
  'right',
  'up',
  'down',
  'pageup',
  'pagedown',
  'home',
  'end',
  'insert',
  'delete',
] as const;
const KITTY_KEYPAD_FIRST = 57_399;
/** Private use: keys of kitty's protocol that have no name here (media keys, modifiers alone). */
const PRIVATE_USE = [0xe000, 0xf8ff] as const;
const RELEASE = '3';

/** A key that came as `CSI`; nothing where it is none that is known. */
export function csiKey(parameters: string, final: string): InputEvent | undefined {
  const [first = '', second, third] = parameters.split(';');
  const [modifierText, kind] = (second ?? '').split(':');
  const modifiers = readModifiers(modifierText);
  if (modifiers === undefined || kind === RELEASE) return undefined;
  switch (final) {
    case 'u':
      return kittyKey(first, modifiers);
    case '~':
      // xterm's modifyOtherKeys
      if (first === '27') return codeKey(Number(third), modifiers);
      return named(BY_NUMBER[first], modifiers);
    case 'Z':
      return keyEvent('tab', { ...modifiers, shift: true });
    // rxvt tells modifiers by the final.
    case '^':
      return named(BY_NUMBER[first], { ...modifiers, ctrl: true });
    case '@':
      return named(BY_NUMBER[first], { ...modifiers, ctrl: true, shift: true });
    case 'a':
    case 'b':
    case 'c':
    case 'd':
      return named(BY_LETTER[final.toUpperCase()], { ...modifiers, shift: true });
    default:
      return named(BY_LETTER[final], modifiers);
  }
}

export function ss3Key(final: string): InputEvent | undefined {
  const character = KEYPAD.get(final);
  if (character !== undefined) return characterKey(character);
  if (final === 'M') return keyEvent('enter');
  // rxvt: arrows with Ctrl
  if (/[a-d]/.test(final)) return named(BY_LETTER[final.toUpperCase()], { ...NO_MODIFIERS, ctrl: true });
  return named(BY_LETTER[final], NO_MODIFIERS);
}

/** `CSI [ A` to `CSI [ E`: F1 to F5 of the Linux console. */
export function consoleKey(final: string): InputEvent {
  return keyEvent(`f${final.charCodeAt(0) - 0x40}`);
}

function named(name: string | undefined, modifiers: Modifiers): InputEvent | undefined {
  return name === undefined ? undefined : keyEvent(name, modifiers);
}

/** https://sw.kovidgoyal.net/kitty/keyboard-protocol: `code:shifted:base` */
function kittyKey(codes: string, modifiers: Modifiers): InputEvent | undefined {
  const [code, shifted] = codes.split(':').map(Number);
  if (code === undefined) return undefined;
  const keypad = KITTY_KEYPAD[code - KITTY_KEYPAD_FIRST];
  if (keypad !== undefined) {
    return keypad.length === 1 ? characterKey(keypad, modifiers) : keyEvent(keypad, modifiers);
  }
  return codeKey(modifiers.shift && shifted ? shifted : code, modifiers);
}

/** A key by the code point that it writes. */
function codeKey(code: number, modifiers: Modifiers): InputEvent | undefined {
  if (!Number.isSafeInteger(code) || code < 0 || code > 0x10ffff) return undefined;
  if (code >= PRIVATE_USE[0] && code <= PRIVATE_USE[1]) return undefined;
  if ((code >= 0x80 && code < 0xa0) || (code >= 0xd800 && code < 0xe000)) return undefined;
  const control = controlKey(code);
  if (control) return keyEvent(control.name, { ...modifiers, ctrl: modifiers.ctrl || control.ctrl });
  const character = String.fromCodePoint(code);
  return characterKey(modifiers.shift ? character.toUpperCase() : character, modifiers);
}
