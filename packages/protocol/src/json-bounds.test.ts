import { expect, test } from 'bun:test';
import { pack } from 'msgpackr';
import { decodeBinaryPush, encodeBinaryPush } from './binary-frames.ts';
import { decodeTextFrame, encodeTextFrame } from './frames.ts';
import { excessOf, JSON_BOUNDS } from './json-bounds.ts';
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
  const told = excessOf(json, { ...JSON_BOUNDS, depth: 3 });
  const ends = { depth: 'is nested at most 16 deep', values: 'holds at most 1000 values' };
  expect(told).toBe(excess && ends[excess]);
});

test('REQ-10 counting ends at the limit: the rest is not even looked at as JSON', () => {
  const text = `${frame(`{"encryption":${list(60_000)}}`)} this is no JSON`;
  expect(() => decodeTextFrame(text)).toThrow('The payload of a frame holds at most 1000 values.');
});

test('REQ-10 MessagePack is counted, too', () => {
  const push = (payload: unknown) =>
    Uint8Array.from([0, 1, 1, 1, 1, 0x31, 0x31, 0x74, 0x65, ...pack(payload)]);
  const numbers = (length: number) => ({ a: Array.from({ length }, () => 1) });
  expect(decodeBinaryPush(push(numbers(LIMITS.jsonValuesMax))).payload).toEqual(
    numbers(LIMITS.jsonValuesMax),
  );
  expect(() => decodeBinaryPush(push(numbers(60_000)))).toThrow('holds at most 1000 values.');
});

test('REQ-10 a join may name a thousand conversations with what is held of each, and only a join', () => {
  const names = Array.from({ length: LIMITS.resumeTopicsMax }, (_, n) => `group:${n}`);
  const held = { last_seq: 1, last_id: crypto.randomUUID() };
  const payload = { resume: Object.fromEntries(names.map((name) => [name, held])) };
  const short = { resume: Object.fromEntries(names.slice(0, 700).map((name) => [name, 1])) };
  const frame = (event: string, payload: object) => ({ joinRef: '1', ref: '1', topic: 't', event, payload });
  expect(decodeTextFrame(encodeTextFrame(frame('phx_join', short))).payload).toEqual(short);
  expect(decodeBinaryPush(encodeBinaryPush(frame('phx_join', payload))).payload).toEqual(payload);
  const text = encodeTextFrame(frame('phx_join', payload));
  expect(decodeTextFrame(` [ ${text.slice(1)}`).payload).toEqual(payload);
  expect(() => decodeTextFrame(encodeTextFrame(frame('message', payload)))).toThrow('at most 1000 values');
  expect(() => decodeTextFrame(`["phx_join"${text.slice(4).replace('phx_join', 'x')}`)).toThrow(
    '1000 values',
  );
  expect(() => decodeBinaryPush(encodeBinaryPush(frame('message', payload)))).toThrow('at most 1000 values');
});
