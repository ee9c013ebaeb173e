import type { Frame } from '@tpx/protocol';

/**
 * A text frame from the server, or undefined for what is none. The protocol's own decoder is for what clients send: it
 * bounds the depth, and an answer nests what was sent a few levels deeper.
 */
export function readServerFrame(data: unknown): Frame | undefined {
  if (typeof data !== 'string') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed) || parsed.length !== 5) return undefined;
  const [joinRef, ref, topic, event, payload] = parsed as unknown[];
  if (typeof topic !== 'string' || typeof event !== 'string') return undefined;
  return {
    joinRef: typeof joinRef === 'string' ? joinRef : null,
    ref: typeof ref === 'string' ? ref : null,
    topic,
    event,
    payload,
  };
}
