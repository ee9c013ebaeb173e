import { LIMITS } from './limits.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What a client's JSON may have at most. */
export type JsonBounds = { depth: number; values: number };

export const JSON_BOUNDS: JsonBounds = { depth: LIMITS.jsonDepthMax, values: LIMITS.jsonValuesMax };

/** The payload of a frame with this event. */
export function payloadBounds(event: string | undefined): JsonBounds {
  return event === 'phx_join' ? { ...JSON_BOUNDS, values: LIMITS.joinValuesMax } : JSON_BOUNDS;
}

/**
 * Which limit a client's JSON is past, found in its text before `JSON.parse` builds anything of it (spec REQ-10). One
 * pass, which skips strings whole and ends at the limit: a text that is refused costs less than one that is taken. A text
 * that is no JSON may pass: `JSON.parse` refuses it. Returns the end of a sentence.
 */
export function excessOf(json: string, bounds: JsonBounds): string | undefined {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(json, at);
        if (at === -1) return undefined;
        break;
      case COMMA:
        if (++values > bounds.values) return tooMany(bounds);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++depth > bounds.depth) return tooDeep();
        if (++values > bounds.values) return tooMany(bounds);
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--;
    }
  }
  return undefined;
}

/** Where the string that begins at `from` has its closing quote, -1 where it has none. */
function endOfString(json: string, from: number): number {
  for (let end = json.indexOf('"', from + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return -1;
}

export function tooDeep(): string {
  return `is nested at most ${LIMITS.jsonDepthMax} deep`;
}

export function tooMany({ values }: JsonBounds): string {
  return `holds at most ${values} values`;
}
