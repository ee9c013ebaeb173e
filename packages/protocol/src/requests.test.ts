import { expect, test } from 'bun:test';
import type { z } from 'zod';
import { describeIssue } from './issues.ts';
import { LIMITS } from './limits.ts';
import {
  ClientId,
  ConversationJoin,
  EditPush,
  Emoji,
  HistoryPush,
  Id,
  MessagePush,
  PatchGroupBody,
  PatchMeBody,
  RegisterBody,
  SendBody,
  UserJoin,
  Username,
} from './requests.ts';

const ID = '019a0000-0000-7000-8000-000000000001';
const text = (text: string) => ({ type: 'text', content: { text } });

/** The sentence that a client gets for `value`. */
function refusal(schema: z.ZodType, value: unknown): string {
  const parsed = schema.safeParse(value);
  return parsed.success ? 'is taken' : describeIssue(parsed.error);
}

test('REQ-1 an unknown field is refused by its name', () => {
  expect(refusal(MessagePush, { ...text('hi'), replyto: ID })).toContain('"replyto"');
  expect(refusal(ConversationJoin, { lastSeq: 3 })).toContain('"lastSeq"');
  expect(refusal(MessagePush, { type: 'text', content: { text: 'hi', html: '<b>' } })).toBe(
    'content: Unrecognized key: "html"',
  );
});

test('REQ-2 a refusal says where and what', () => {
  expect(refusal(SendBody, { group_id: 'nope', ...text('hi') })).toBe('group_id: must be a UUID');
  expect(refusal(MessagePush, text(''))).toBe('content.text: is empty');
});

test('REQ-3 ids are UUIDs in either case, kept in lower case', () => {
  expect(Id.parse(ID.toUpperCase())).toBe(ID);
  for (const id of ['', ID.slice(1), `${ID}0`, `{${ID}}`, `${ID}\n`, "' OR 1=1 --", '../../etc/passwd'])
    expect(Id.safeParse(id).success).toBe(false);
});

test('TEXT-2 a text is measured as it is stored', () => {
  expect(refusal(MessagePush, text('\u0000\u202e'))).toBe('content.text: is empty');
  expect(refusal(MessagePush, text('a'.repeat(LIMITS.messageTextMax)))).toBe('is taken');
  expect(refusal(MessagePush, text('a'.repeat(LIMITS.messageTextMax + 1)))).toContain('content.text');
  // Some letters grow when they are composed: what comes out is measured too.
  expect(refusal(MessagePush, text('\ufb2c'.repeat(LIMITS.messageTextMax)))).toContain('content.text');
});

test('TEXT-2 texts and names come out clean', () => {
  expect(MessagePush.parse(text('e\u0301\u001b[1m'))).toEqual({
    type: 'text',
    content: { text: '\u00e9[1m' },
  });
  const body = { username: 'Alice', password: 'correct horse', display_name: ' A\u202e\u200bl \n i ' };
  expect(RegisterBody.parse(body)).toEqual({
    username: 'alice',
    password: 'correct horse',
    display_name: 'Al i',
  });
  expect(refusal(RegisterBody, { ...body, display_name: '\u200b' })).toContain('display_name');
});

test('REQ-4 user names are of few letters and begin with one', () => {
  expect(Username.parse('A.b_c-9')).toBe('a.b_c-9');
  for (const name of ['ab', '9abc', 'a'.repeat(33), 'a b c', 'аdmin', 'abc\n', 'abc\u0000', '../abc', 'a/bc'])
    expect(Username.safeParse(name).success).toBe(false);
});

test('REQ-5 a client_id is 1 to 64 of printable ASCII', () => {
  expect(ClientId.safeParse('!~'.repeat(32)).success).toBe(true);
  for (const id of ['', 'a b', 'ä', 'a\n', 'x'.repeat(65)])
    expect(ClientId.safeParse(id).success).toBe(false);
});

test('REQ-6 a reaction is one emoji', () => {
  for (const emoji of ['👍', '👍🏽', '❤️', '❤', '👩‍👩‍👧', '🇨🇭', '1️⃣']) expect(Emoji.parse(emoji)).toBe(emoji);
  for (const other of ['', 'a', '👍👍', ' 👍', '1', '<b>', '\u200d', '👍\u202e'])
    expect(Emoji.safeParse(other).success).toBe(false);
});

test('REQ-7 a send by REST names a group or a DM, not both', () => {
  expect(refusal(SendBody, { group_id: ID, ...text('hi') })).toBe('is taken');
  expect(refusal(SendBody, { dm_id: ID, ...text('hi') })).toBe('is taken');
  expect(refusal(SendBody, text('hi'))).toBe('name either group_id or dm_id');
  expect(refusal(SendBody, { group_id: ID, dm_id: ID, ...text('hi') })).toBe('name either group_id or dm_id');
});

test('REQ-8 numbers are whole and within their range', () => {
  for (const seq of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null, {}])
    expect(ConversationJoin.safeParse({ last_seq: seq }).success).toBe(false);
  for (const limit of [0, LIMITS.pageMax + 1, '10'])
    expect(HistoryPush.safeParse({ limit }).success).toBe(false);
  for (const seconds of [LIMITS.retentionMinSeconds - 1, LIMITS.retentionMaxSeconds + 1])
    expect(PatchGroupBody.safeParse({ messages_retention: seconds }).success).toBe(false);
  expect(UserJoin.safeParse({ resume: { 'group:x': -1 } }).success).toBe(false);
});

test('REQ-9 encryption is base64 of bounded length, and carries a message without content', () => {
  const sealed = (encryption: unknown, content: unknown = null) => ({ type: 'text', content, encryption });
  for (const encryption of ['AA==', 'AAA=', 'AAAA', '+/+/', 'A'.repeat(LIMITS.encryptionMax)]) {
    expect(MessagePush.parse(sealed(encryption)).encryption).toBe(encryption);
    expect(EditPush.parse({ id: ID, encryption }).encryption).toBe(encryption);
  }
  for (const encryption of [
    '',
    'A',
    'AAA',
    'AA=A',
    '=AAA',
    'AA-_',
    'AA==\n',
    ' AAAA',
    '字字字字',
    {},
    [1],
    5,
    true,
  ])
    expect(MessagePush.safeParse(sealed(encryption)).success).toBe(false);
  expect(MessagePush.safeParse(sealed('A'.repeat(LIMITS.encryptionMax + 4))).success).toBe(false);
  expect(refusal(MessagePush, { type: 'text' })).toBe(
    'content: is missing, and there is no encryption instead',
  );
  expect(refusal(EditPush, { id: ID, content: null, encryption: null })).toContain('content: is missing');
});

test('REQ-4 a colour and a key are what they seem', () => {
  expect(PatchMeBody.safeParse({ background: { color: '#1a2B3c' } }).success).toBe(true);
  for (const color of ['red', '#fff', '#12345g', 'url(x)'])
    expect(PatchMeBody.safeParse({ background: { color } }).success).toBe(false);
  expect(PatchMeBody.safeParse({ public_key: 'a b' }).success).toBe(false);
});
