import { LIMITS } from './limits.ts';

/** 0-9 A-Z without what is mistaken for another: no I, L, O, U. 32 signs, so a PIN carries 40 bits. */
export const PIN_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const PIN_PATTERN = new RegExp(`^[${PIN_ALPHABET}]{${LIMITS.pinLength}}$`);

/** A PIN as typed: case and separators are forgiven, look-alikes are read as what they look like. */
export function normalizePin(typed: string): string | undefined {
  const pin = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return PIN_PATTERN.test(pin) ? pin : undefined;
}

/** A PIN from 8 random bytes (the low five bits of each). */
export function pinFromBytes(bytes: Uint8Array): string {
  let pin = '';
  for (let index = 0; index < LIMITS.pinLength; index++) pin += PIN_ALPHABET[(bytes[index] ?? 0) & 31];
  return pin;
}
