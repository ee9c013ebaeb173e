import { excessOf, type JsonBounds } from '@tpx/protocol';
import { TAKEN } from './limits.ts';

/** Shorter texts nest and hold too little to harm anybody, and most frames are. */
const HARMLESS_LENGTH = 1_024;
const BOUNDS: JsonBounds = { depth: TAKEN.jsonDepthMax, values: TAKEN.jsonValuesMax };

/**
 * The value, or undefined for what is not JSON, nests deeper than a walk through it can follow, or holds so many values that
 * checking each would take a minute.
 */
export function readJson(text: string): unknown {
  if (text.length > HARMLESS_LENGTH && excessOf(text, BOUNDS) !== undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
