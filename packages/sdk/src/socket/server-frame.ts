import { BROADCAST_SCHEMAS, type Frame, LOG_EVENT_NAMES, LogEventSchema } from '@tpx/protocol';
import { wrongIn } from '../untrusted/check-shape.ts';
import { readJson } from '../untrusted/read-json.ts';

const LOG_EVENTS: ReadonlySet<string> = new Set(LOG_EVENT_NAMES);

/**
 * A text frame from the server, or undefined for what is none. The protocol's own decoder is for what clients send: it
 * bounds the depth, and an answer nests what was sent a few levels deeper.
 */
export function readServerFrame(data: unknown): Frame | undefined {
  if (typeof data !== 'string') return undefined;
  const parsed = readJson(data);
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

/** Whether a broadcast has the form that its name promises, or a name that is unknown here. */
export function isWellFormed(event: string, payload: unknown): boolean {
  if (LOG_EVENTS.has(event)) {
    const { seq } = (payload ?? {}) as { seq?: unknown };
    return wrongIn({ seq, event, payload }, LogEventSchema) === undefined;
  }
  const schema = Object.hasOwn(BROADCAST_SCHEMAS, event) ? BROADCAST_SCHEMAS[event] : undefined;
  return schema === undefined || wrongIn(payload, schema) === undefined;
}
