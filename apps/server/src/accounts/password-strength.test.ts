import { describe, expect, test } from 'bun:test';
import { type Chooser, requireStrongPassword } from './password-strength.ts';

const alice: Chooser = { username: 'alice', displayName: 'Alice Liddell' };
const check = (password: string, chooser = alice) => requireStrongPassword(password, chooser);

describe('AUTH-10 what is guessed first is refused, with the reason and what to do', () => {
  test.each([
    ['common', ['1234567890', 'qwertyuiop', 'password123', 'iloveyou123', 'football123', 'changeme123']],
    ['variants of common', ['Passw0rd123', 'P@ssw0rd2024!', 'Password2024!', 'l3tm3in1234', 'Summer2026!']],
    [
      'sequences and repetitions',
      ['abcdefghij', '0987654321', 'aaaaaaaaaa', 'abababababab', 'x1x1x1x1x1x1', '1'.repeat(256)],
    ],
    ['rows and patterns of keys', ['asdfghjkl;', 'azertyuiop', 'qwertz12345', '1q2w3e4r5t', 'zaq12wsxcde3']],
    [
      'own names',
      ['alicealice', 'alice-alice', 'Alice Liddell', 'aliceliddell', 'alice12345', 'l.i.d.d.e.l.l.alice'],
    ],
    [
      'doubled words',
      [
        'password password',
        'pass word 123',
        'passwordpassword',
        'monkeymonkey',
        'dragondragon',
        'hunter2hunter2',
      ],
    ],
    [
      'other scripts',
      ['йцукенгшщз', 'пароль1234', 'привет123456', 'абвгдежзик', 'pässwörd123', 'あいうえおかきくけこ'],
    ],
    ['few characters', ['aaa111bbb222', 'ababbaabab', '💩'.repeat(10)]],
    [
      'what cannot be seen',
      ['\u3164\u115f\u1160\u2800\u200b\u3164\u115f\u2800\u1160\u200b', '\u200b\u200c\u200d\u2060'.repeat(3)],
    ],
    ['blanks', ['          ', '\u3000'.repeat(12), '\t\t\t\t\t\t\t\t\t\t']],
  ] as const)('AUTH-10 %s', async (_, passwords) => {
    for (const password of passwords) {
      await expect(check(password)).rejects.toThrow('This password would be guessed soon.');
      await expect(check(password)).rejects.toThrow('Take several words');
    }
  });

  test('AUTH-10 the same in full-width letters, which hash to the same', async () => {
    await expect(check('ｐａｓｓｗｏｒｄ１２３')).rejects.toThrow('common');
  });
});

test('AUTH-10 words that do not belong together, and what a manager makes, are taken, whatever signs they have', async () => {
  for (const password of [
    'correct horse battery',
    'a long enough passphrase',
    'x8#kQ9v!pL',
    'Vh7wq2Zt0b',
    'zwölf Boxkämpfer jagen',
    '混沌とした夜の果てに歩く',
    'семь серых китов танцуют',
    'Kq Zt vW Px',
    'alice rides seven grey whales',
    `aaaaaaaaaa${crypto.randomUUID()}`,
    'correct horse battery '.repeat(11),
  ])
    await expect(check(password)).resolves.toBeUndefined();
});

test('AUTH-10 the PIN is one of the names', async () => {
  await expect(check('k7m2p9xw12', { ...alice, pin: 'K7M2P9XW' })).rejects.toThrow('your own name');
  await expect(check('k7m2p9xw12')).resolves.toBeUndefined();
});

test('AUTH-10 the longest password of the hardest kind is looked at in little time', async () => {
  const worst = 'pá.ss-wórd_Йц1!'.repeat(20).slice(0, 256);
  await check('warm up the lists');
  const started = performance.now();
  // Either answer is one.
  await check(worst).catch(() => undefined);
  expect(performance.now() - started).toBeLessThan(1_000);
});

test('AUTH-10 a short name is not looked for everywhere', async () => {
  await expect(
    check('bohemian tugboat sonata', { username: 'bo', displayName: 'Bo' }),
  ).resolves.toBeUndefined();
});
