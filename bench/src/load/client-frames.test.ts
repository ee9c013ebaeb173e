import { expect, test } from 'bun:test';
import { FrameReader, textFrame } from './client-frames.ts';

function serverFrame(text: string, first = 0x81): Buffer {
  const masked = textFrame(text);
  // The same frame without the mask bit and the four mask bytes is what a server sends.
  const header = masked.length - Buffer.byteLength(text) - 4;
  const bytes = Buffer.concat([masked.subarray(0, header), masked.subarray(header + 4)]);
  bytes[0] = first;
  bytes[1] = (bytes[1] ?? 0) & 0x7f;
  return bytes;
}

function readAll(chunks: readonly Buffer[]): string[] {
  const texts: string[] = [];
  const reader = new FrameReader();
  const sink = {
    text: (bytes: Buffer, from: number, to: number) => texts.push(bytes.toString('utf8', from, to)),
    ping: () => texts.push('ping'),
    close: (code: number) => texts.push(`close ${code}`),
  };
  for (const chunk of chunks) reader.read(chunk, 0, chunk.length, sink);
  return texts;
}

const TEXTS = [
  '',
  'a',
  'ü'.repeat(62),
  'b'.repeat(125),
  'c'.repeat(126),
  'd'.repeat(65_535),
  'e'.repeat(65_536),
];

test('BENCH-2 frames of every length form are read whole, wherever the reads are cut', () => {
  for (const [texts, sizes] of [
    [TEXTS, [1_000, 65_537, 1_000_000]],
    [TEXTS.slice(0, 5), [1, 2, 3, 7, 131]],
  ] as const) {
    const stream = Buffer.concat(texts.map((text) => serverFrame(text)));
    for (const size of sizes) {
      const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
        stream.subarray(index * size, (index + 1) * size),
      );
      expect(readAll(chunks)).toEqual([...texts]);
    }
  }
});

test('BENCH-2 fragments become one text, control frames between them do not disturb it', () => {
  const close = Buffer.from([0x88, 2, 0x0f, 0xa1]);
  const chunks = [serverFrame('one ', 0x01), Buffer.from([0x89, 0]), serverFrame('two', 0x80), close];
  expect(readAll(chunks)).toEqual(['ping', 'one two', 'close 4001']);
});
