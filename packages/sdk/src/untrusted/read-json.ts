import { TAKEN } from './limits.ts';

/** Shorter texts nest and hold too little to harm anybody, and most frames are. */
const HARMLESS_LENGTH = 1_024;

/**
 * The value, or undefined for what is not JSON, nests deeper than a walk through it can follow, or holds so many values that
 * checking each would take a minute.
 */
export function readJson(text: string): unknown {
  if (text.length > HARMLESS_LENGTH && isTooMuch(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isTooMuch(text: string): boolean {
  let depth = 0;
  let values = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) isInString = !isInString;
    else if (isInString) {
      if (code === 0x5c) at++;
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > TAKEN.jsonDepthMax || ++values > TAKEN.jsonValuesMax) return true;
    } else if (code === 0x2c) {
      if (++values > TAKEN.jsonValuesMax) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}
