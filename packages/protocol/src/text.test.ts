import { expect, test } from 'bun:test';
import { CreateGroupBody, PatchGroupBody, PatchMeBody, RegisterBody, TargetBody } from './requests.ts';
import { cleanName, cleanProse, cleanText } from './text.ts';

test.each([
  ['letters that are composed alike', 'e\u0301', '\u00e9'],
  ['line ends of all kinds', 'a\r\nb\rc\n', 'a\nb\nc\n'],
  ['letters that compose once what stood between them is gone', 'e\u0000\u0301', '\u00e9'],
  ['tabs, which stay', 'a\tb', 'a\tb'],
  ['an ANSI escape', 'a\u001b[31mred\u001b[0m', 'a[31mred[0m'],
  ['an eight-bit CSI', 'a\u009b31m', 'a31m'],
  ['NUL, BEL, backspace, DEL', 'a\u0000\u0007\u0008\u007fb', 'ab'],
  ['an operating-system command', '\u001b]0;title\u0007', ']0;title'],
  ['line and paragraph separators', 'a\u2028b\u2029c', 'abc'],
  ['bidi overrides', 'a\u202egnp.exe', 'agnp.exe'],
  ['bidi isolates and marks', '\u2066a\u2069\u200e\u200f\u061c', 'a'],
  ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
  ['right-to-left letters, which stay', 'שלום', 'שלום'],
  ['a family joined by zero-width joiners, which stays', '👩‍👩‍👧', '👩‍👩‍👧'],
  ['markup, which is for faces to escape', '<b onclick=x>', '<b onclick=x>'],
])('TEXT-1 a text is stored clean: %s', (_name, given, stored) => {
  expect(cleanText(given)).toBe(stored);
  expect(cleanText(stored)).toBe(stored);
});

test('TEXT-1 plain ASCII is stored as it is', () => {
  const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
  expect(cleanText(ascii)).toBe(ascii);
});

test.each([
  ['line breaks and runs of blanks', ' a\n\n b\t c ', 'a b c'],
  ['zero-width characters', 'a\u200bd\u200cm\u200di\ufeffn', 'admin'],
  ['soft hyphens and variation selectors', 'ad\u00admin\ufe0f', 'admin'],
  ['Hangul fillers, which look like nothing', '\u3164\u115fa', 'a'],
  ['letters that compose once what stood between them is gone', 'e\u00ad\u0301', '\u00e9'],
  ['escapes', '\u001b[2Ja', '[2Ja'],
  ['nothing but invisible ones', '\u200b\u2060', ''],
])('TEXT-3 a name is one visible line: %s', (_name, given, stored) => {
  expect(cleanName(given)).toBe(stored);
  expect(cleanName(stored)).toBe(stored);
});

/** Every code point that Unicode has assigned to a class of which none can be seen, and blanks that it calls letters and symbols. */
const UNSEEN = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) =>
    /[\p{Z}\p{M}\p{Cc}\p{Cn}\p{Co}\p{Default_Ignorable_Code_Point}\u2800\u3164\ufffc\u{1d159}\u{13441}]/u.test(
      character,
    ),
  )
  .filter((character) => !/[\p{Extended_Pictographic}]/u.test(character));

test('TEXT-5 no character that cannot be seen makes a name, alone or in company', () => {
  expect(UNSEEN.length).toBeGreaterThan(900_000);
  expect(UNSEEN.filter((character) => cleanName(character) !== '')).toEqual([]);
  expect(
    UNSEEN.filter((character) => cleanName(`\u200b ${character}\u2800${character}\u0301`) !== ''),
  ).toEqual([]);
  expect(cleanProse(UNSEEN.slice(0, 400).join('\n'))).toBe('');
});

test.each([
  'a',
  'ж',
  '名',
  'ا',
  'שלום',
  'नमस्ते',
  '7',
  '!',
  '…',
  '★',
  '👍',
  '⠁',
  '∞',
  '$',
  'e\u0301',
  '\u0600\u0661',
  '𓀀',
])('TEXT-5 what can be seen makes a name: %s', (name) => {
  expect(cleanName(name)).toBe(name.normalize('NFC'));
  expect(cleanProse(`${name}\n`)).toBe(`${name.normalize('NFC')}\n`);
});

test('TEXT-5 a blank of any kind does not make another name of the same letters', () => {
  for (const blank of ['\u2800', '\u3164', '\u00a0', '\u{1d159}', '\u3000', '\ufffc'])
    expect(cleanName(`${blank}admin${blank}`)).toBe('admin');
});

test.each([
  '\u2800',
  '\u{1d159}',
  '\u3164',
  '\u0301',
  '\u0301\u0302',
  '\ue000',
  '\u{e0041}',
  ' \u00a0 ',
  '\u2064\u180e',
])('TEXT-5 every name is held to it, in every request (%j)', (empty) => {
  const user = { username: 'ann', password: 'a long password' };
  const refused = [
    RegisterBody.safeParse({ ...user, display_name: empty }),
    PatchMeBody.safeParse({ display_name: empty }),
    CreateGroupBody.safeParse({ name: empty }),
    PatchGroupBody.safeParse({ name: empty }),
  ];
  for (const { success, error } of refused) {
    expect(success).toBe(false);
    expect(error?.issues[0]?.message).toBe('needs something that can be seen');
  }
  // What may be left empty is empty.
  const id = '01900000-0000-7000-8000-000000000001';
  expect(RegisterBody.parse({ ...user, device_name: empty }).device_name).toBe('');
  expect(PatchMeBody.parse({ status: { state: 'custom', text: empty } }).status?.text).toBe('');
  expect(TargetBody.parse({ user_id: id, reason: empty }).reason).toBe('');
  expect(CreateGroupBody.parse({ name: 'Hall', description: empty }).description).toBe('');
});

test.each<[string, string]>([
  ['of one kind', '\u0301'.repeat(15_999)],
  ['in turns', '\u0301\u0316'.repeat(7_999)],
  [
    'against their order',
    ['\u0345', '\u0301', '\u0316', '\u0334'].map((mark) => mark.repeat(3_999)).join(''),
  ],
  ['beyond the first plane', '\u{1e8d0}'.repeat(7_000)],
])('TEXT-6 marks in a row are cut before they are sorted: %s', (_name, marks) => {
  const text = cleanText(`x${marks}q${marks}`);
  expect(text).toBe(text.normalize('NFC'));
  const [first = '', second = ''] = text.slice(1).split('q');
  for (const run of [first, second]) expect([...run].length).toBeWithin(29, 31);
});

test('TEXT-6 as many marks as languages write are kept', () => {
  const text = `Vie\u0302\u0323t ${'x\u0301'.repeat(500)} n${'\u0334'.repeat(30)}`;
  expect(cleanText(text)).toBe(text.normalize('NFC'));
});
