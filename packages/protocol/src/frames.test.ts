import { expect, test } from 'bun:test';
import { GOLDEN_TEXT, type GoldenText } from '@tpx/testkit';
import {
  decodeTextFrame,
  decodeTextHead,
  encodeTextFrame,
  encodeTextPush,
  encodeTextReply,
  type Frame,
  MalformedFrame,
  RawJson,
  type ReplyStatus,
} from './frames.ts';
import { LIMITS } from './limits.ts';

function frameOf({ frame }: GoldenText): Frame {
  const { join_ref, ref, topic, event, payload } = frame;
  return { joinRef: join_ref, ref, topic, event, payload };
}

for (const vector of GOLDEN_TEXT) {
  test(`WS-1 golden text frame is decoded: ${vector.name}`, () => {
    expect(decodeTextFrame(vector.text)).toEqual(frameOf(vector));
  });
  test(`WS-1 golden text frame is encoded: ${vector.name}`, () => {
    expect(encode(vector)).toBe(vector.text);
  });
}

function encode(vector: GoldenText): string {
  const frame = frameOf(vector);
  if (vector.sender === 'client') return encodeTextFrame(frame);
  if (frame.event !== 'phx_reply')
    return encodeTextPush(frame.topic, frame.event, frame.payload, frame.joinRef);
  const { status, response } = frame.payload as { status: ReplyStatus; response: unknown };
  return encodeTextReply(frame, status, response);
}

test('WS-1 a payload that is JSON already goes out as it is', () => {
  const raw = new RawJson('{"a": 1}');
  expect(encodeTextPush('t', 'e', raw)).toBe('[null,null,"t","e",{"a": 1}]');
  const frame = { joinRef: null, ref: '1', topic: 't', event: 'e', payload: {} };
  expect(encodeTextReply(frame, 'ok', raw)).toBe(
    '[null,"1","t","phx_reply",{"status":"ok","response":{"a": 1}}]',
  );
});

test('WS-1 a reply escapes what the client put into ref and topic', () => {
  const frame = { joinRef: '"', ref: '\\', topic: 'a"],[', event: 'e', payload: {} };
  expect(JSON.parse(encodeTextReply(frame, 'ok', {}))).toEqual([
    '"',
    '\\',
    'a"],[',
    'phx_reply',
    { status: 'ok', response: {} },
  ]);
});

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

test.each([
  ['nothing', ''],
  ['no JSON', 'hello'],
  ['cut off', '["1","2","t","e",{}'],
  ['an object', '{"topic":"t"}'],
  ['four fields', '["1","2","t","e"]'],
  ['six fields', '["1","2","t","e",{},{}]'],
  ['a fraction for join_ref', '[1.5,"2","t","e",{}]'],
  ['a number past 2^53 for ref', '["1",9007199254740993,"t","e",{}]'],
  ['a number without end for ref', '["1",1e999,"t","e",{}]'],
  ['true for ref', '["1",true,"t","e",{}]'],
  ['a list for ref', '["1",["2"],"t","e",{}]'],
  ['a ref of 65 characters', `["1","${'2'.repeat(65)}","t","e",{}]`],
  ['null for a topic', '["1","2",null,"e",{}]'],
  ['a long topic', `["1","2","${'t'.repeat(LIMITS.topicMax + 1)}","e",{}]`],
  ['a list for an event', '["1","2","t",["e"],{}]'],
  ['a long event', `["1","2","t","${'e'.repeat(LIMITS.eventNameMax + 1)}",{}]`],
  ['a number for a payload', '["1","2","t","e",0]'],
  ['a list for a payload', '["1","2","t","e",[]]'],
  ['a text for a payload', '["1","2","t","e","x"]'],
  ['a payload too deep', `["1","2","t","e",${nested(LIMITS.jsonDepthMax + 1)}]`],
  ['a hundred thousand brackets', '['.repeat(100_000)],
  ['a hundred thousand objects', `["1","2","t","e",${nested(100_000)}]`],
])('WS-8 is malformed, with a sentence: %s', (_name, text) => {
  expect(() => decodeTextFrame(text)).toThrow(MalformedFrame);
  expect(() => decodeTextFrame(text)).toThrow(/\.$/);
});

test.each([
  ['[null,null,"t","e",null]', '[null,null'],
  ['["1","2","t","e",null]', '["1","2"'],
  ['[1,2,"t","e",{}]', '[1,2'],
  ['[0,-7,"t","e",null]', '[0,-7'],
  ['[1.0,1e2,"t","e",{}]', '[1,100'],
  ['[null,9007199254740991,"t","e",{}]', '[null,9007199254740991'],
])('WS-1 WS-5 %s is taken, its payload empty, its refs answered as they came', (text, refs) => {
  const frame = decodeTextFrame(text);
  expect(frame.payload).toEqual({});
  expect(encodeTextReply(frame, 'ok', {})).toStartWith(`${refs},"t","phx_reply"`);
  expect(encodeTextReply(decodeTextHead(text), 'ok', {})).toStartWith(`${refs},"t","phx_reply"`);
});

test('WS-8 the deepest payload that is allowed is taken', () => {
  expect(decodeTextFrame(`["1","2","t","e",${nested(LIMITS.jsonDepthMax)}]`).event).toBe('e');
});
