import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../spec/vectors');

type GoldenFrame = {
  join_ref: string | number | null;
  ref: string | number | null;
  topic: string;
  event: string;
  payload: object;
};

/** A frame and its exact text (spec WS-1). */
export type GoldenText = { name: string; sender: 'client' | 'server'; frame: GoldenFrame; text: string };

/** A frame, its bytes and those of its payload, in hexadecimal (spec WS-2). */
export type GoldenBinary = {
  name: string;
  kind: 'push' | 'reply' | 'broadcast';
  frame: GoldenFrame;
  payload_hex: string;
  hex: string;
};

export const GOLDEN_TEXT: readonly GoldenText[] = read('text-frames.json');
export const GOLDEN_BINARY: readonly GoldenBinary[] = read('binary-frames.json');

function read<Vector>(name: string): Vector[] {
  return (JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as { frames: Vector[] }).frames;
}
