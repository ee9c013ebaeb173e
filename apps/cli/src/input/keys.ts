import type { InputEvent, Key } from '@tpx/terminal';

export type Modifiers = { ctrl: boolean; alt: boolean; shift: boolean };

export const NO_MODIFIERS: Modifiers = { ctrl: false, alt: false, shift: false };

export function keyEvent(name: string, { ctrl, alt, shift }: Modifiers = NO_MODIFIERS): InputEvent {
  return { type: 'key', key: { name, ctrl, alt, shift } };
}

/** A character with modifiers: a letter with Ctrl or Alt is told in lower case, Shift never (it is in the character). */
export function characterKey(character: string, { ctrl, alt }: Modifiers = NO_MODIFIERS): InputEvent {
  const name = ctrl || alt ? character.toLowerCase() : character;
  return keyEvent(name, { ctrl, alt, shift: false });
}

const CONTROL_NAMES: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'escape',
  127: 'backspace',
};

/** Ctrl and a letter is the letter's low five bits (ECMA-48 C0); undefined for what is no control character. */
export function controlKey(code: number): Key | undefined {
  const name = CONTROL_NAMES[code];
  if (name !== undefined) return { name, ...NO_MODIFIERS };
  if (code === 0) return { name: ' ', ...NO_MODIFIERS, ctrl: true };
  if (code < 0x20) {
    return { name: String.fromCharCode(code + 0x40).toLowerCase(), ...NO_MODIFIERS, ctrl: true };
  }
  return undefined;
}

const SHIFT = 1;
const ALT = 2;
const CTRL = 4;
const SUPER = 8;
const HYPER = 16;
const META = 32;

/**
 * xterm's modifier parameter, kitty's being the same with more bits: one more than the sum of the bits. Undefined where
 * a modifier is held that belongs to the desktop (Super, Hyper).
 */
export function readModifiers(parameter: string | undefined): Modifiers | undefined {
  const bits = Number(parameter || 1) - 1;
  if (!Number.isSafeInteger(bits) || bits < 0 || bits & (SUPER | HYPER)) return undefined;
  return { ctrl: (bits & CTRL) !== 0, alt: (bits & (ALT | META)) !== 0, shift: (bits & SHIFT) !== 0 };
}
