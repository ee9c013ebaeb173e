import { expect, test } from 'bun:test';
import { normalizePin, PIN_ALPHABET, pinFromBytes } from './pins.ts';

test('TEXT-4 a PIN is read as it is typed: case, blanks and dashes are forgiven', () => {
  expect(normalizePin('abcd-2345')).toBe('ABCD2345');
  expect(normalizePin(' AB CD 23 45 ')).toBe('ABCD2345');
});

test('TEXT-4 look-alikes are read as what they look like', () => {
  expect(normalizePin('OoIiLl23')).toBe('00111123');
});

test.each([['ABCD234'], ['ABCD23456'], ['ABCDU234'], ['ABCD234!'], [''], ['ABCD２３４５'], ['../../..']])(
  'TEXT-4 is no PIN: %s',
  (typed) => {
    expect(normalizePin(typed)).toBeUndefined();
  },
);

test('TEXT-4 every sign of the alphabet comes from bytes, and reads back as itself', () => {
  const seen = new Set<string>();
  for (let byte = 0; byte < 256; byte++) {
    const pin = pinFromBytes(new Uint8Array(8).fill(byte));
    seen.add(pin.charAt(0));
    expect(normalizePin(pin)).toBe(pin);
  }
  expect([...seen].sort().join('')).toBe(PIN_ALPHABET);
});
