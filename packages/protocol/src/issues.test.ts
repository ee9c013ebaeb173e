import { expect, test } from 'bun:test';
import type { z } from 'zod';
import { Refusal } from './errors.ts';
import { describeIssue, listIssues } from './issues.ts';
import { MessagePush, UserJoin } from './requests.ts';

function errorOf(schema: z.ZodType, value: unknown): z.ZodError {
  const { error } = schema.safeParse(value);
  if (!error) throw new Error('It was taken.');
  return error;
}

const keys = (count: number, name: (n: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [name(n), 1]));

test('REQ-11 a refusal names three unknown fields, however many there are and however long', () => {
  const text = { type: 'text', content: { text: 'hi' } };
  const many = errorOf(MessagePush, { ...text, ...keys(4_000, (n) => `key ${n} ${'x'.repeat(50)}`) });
  const name = (n: number) => `"key ${n} ${'x'.repeat(34)}…"`;
  expect(describeIssue(many)).toBe(`Unrecognized keys: ${name(0)}, ${name(1)}, ${name(2)} and 3997 more`);
  expect(JSON.stringify(listIssues(many)).length).toBeLessThan(300);
});

test('REQ-11 details have 20 entries at most, each with a short path', () => {
  const many = errorOf(UserJoin, { resume: keys(900, (n) => `${n}${'y'.repeat(500)}`) });
  expect(many.issues.length).toBe(900);
  const issues = listIssues(many);
  expect(issues).toHaveLength(20);
  expect(JSON.stringify(issues).length).toBeLessThan(4_000);
  expect(describeIssue(many).length).toBeLessThan(400);
});

test('REQ-11 the sentence of a refusal is cut, whatever has got into it', () => {
  const body = new Refusal('invalid', `There is no ${'😀'.repeat(100_000)}`).toBody();
  expect(body.message.length).toBeLessThanOrEqual(601);
  expect(body.message.isWellFormed()).toBe(true);
});
