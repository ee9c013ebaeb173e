import { expect, test } from 'bun:test';
import { pack } from 'msgpackr';
import { decodeBinaryPush } from './binary-frames.ts';
import { decodeTextFrame } from './frames.ts';
import { excessOf } from './json-bounds.ts';
import { LIMITS } from './limits.ts';

const list = (commas: number) => `[${'1,'.repeat(commas)}1]`;
const frame = (payload: string) => `["1","2","t","e",${payload}]`;

test.each<[string, string, 'depth' | 'values' | undefined]>([
  ['a value', '1', undefined],
  ['brackets within the depth', '[[{}]]', undefined],
  ['a bracket past the depth', '[[{"a":[]}]]', 'depth'],
  ['brackets side by side', '[[],[],{},{}]', undefined],
  ['brackets and commas in strings', `["${'[,{'.repeat(9_000)}"]`, undefined],
  ['escaped quotes before brackets', String.raw`["\"[[[[[[\\\"[[[[", "\\"]`, undefined],
  ['an escaped backslash before the closing quote', String.raw`["\\",[[[`, 'depth'],
  ['a string without an end', `["${'[,'.repeat(9_000)}`, undefined],
  ['as many values as there may be', list(LIMITS.jsonValuesMax - 1), undefined],
  ['one more', list(LIMITS.jsonValuesMax), 'values'],
  ['as many empty objects', `[${'{}'.repeat(LIMITS.jsonValuesMax)}`, 'values'],
])('REQ-10 the text of JSON is counted: %s', (_name, json, excess) => {
  expect(excessOf(json, 3)).toBe(excess);
});

test('REQ-10 counting ends at the limit: the rest is not even looked at as JSON', () => {
  const text = `${frame(`{"encryption":${list(60_000)}}`)} this is no JSON`;
  expect(() => decodeTextFrame(text)).toThrow('The payload of a frame holds at most 5000 values.');
});

test('REQ-10 MessagePack is counted, too', () => {
  const push = (payload: unknown) =>
    Uint8Array.from([0, 1, 1, 1, 1, 0x31, 0x31, 0x74, 0x65, ...pack(payload)]);
  const numbers = (length: number) => ({ a: Array.from({ length }, () => 1) });
  expect(decodeBinaryPush(push(numbers(LIMITS.jsonValuesMax))).payload).toEqual(
    numbers(LIMITS.jsonValuesMax),
  );
  expect(() => decodeBinaryPush(push(numbers(60_000)))).toThrow('holds at most 5000 values.');
});
