import { excessOf, type JsonBounds, payloadBounds } from './json-bounds.ts';
import { LIMITS } from './limits.ts';

/** Chosen by the client and given back as it came: text, a whole number (what some clients count with), or none. */
export type Ref = string | number | null;

/** Phoenix Channels V2, text frames (spec WS-1): `[join_ref, ref, topic, event, payload]`. */
export type Frame = {
  joinRef: Ref;
  /** null asks for no reply. */
  ref: Ref;
  topic: string;
  event: string;
  payload: unknown;
};

export type ReplyStatus = 'ok' | 'error';

/** Phoenix's reserved events. */
export const PHX = {
  join: 'phx_join',
  leave: 'phx_leave',
  reply: 'phx_reply',
  error: 'phx_error',
  close: 'phx_close',
  heartbeat: 'heartbeat',
} as const;

/** The versions of the wire protocol that a node speaks. */
export const SUPPORTED_VSN = /^2\.0\.\d+$/;

/** Thrown for bytes that are no frame; the message says what is wrong with them. */
export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
}

/** @throws {MalformedFrame} */
export function decodeTextFrame(text: string): Frame {
  const excess = excessOf(text, frameBounds(text));
  if (excess) throw new MalformedFrame(`The payload of a frame ${excess}.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new MalformedFrame(
      'A frame is a JSON array of five: join_ref, ref, topic, event, payload. This is not JSON.',
    );
  }
  if (!Array.isArray(parsed) || parsed.length !== 5) {
    throw new MalformedFrame('A frame is a JSON array of five: join_ref, ref, topic, event, payload.');
  }
  const [joinRef, ref, topic, event, payload] = parsed as unknown[];
  checkEnvelope(joinRef, ref, topic, event);
  if (typeof payload !== 'object' || Array.isArray(payload)) {
    throw new MalformedFrame('The payload of a frame is a JSON object, or null for an empty one.');
  }
  return { joinRef, ref, topic, event, payload: payload ?? {} } as Frame;
}

const FIELD = '(null|-?\\d[\\d.eE+-]*|"(?:[^"\\\\]|\\\\.)*")';
const HEAD = new RegExp(`^\\s*\\[\\s*${[FIELD, FIELD, FIELD, FIELD].join('\\s*,\\s*')}\\s*,`);
const around = ({ depth, values }: JsonBounds): JsonBounds => ({ depth: depth + 1, values });
const PUSH_BOUNDS = around(payloadBounds(undefined));
const JOIN_BOUNDS = around(payloadBounds(PHX.join));

/** Four fields of 64 characters, each of them escaped. */
const HEAD_MAX = 4 * (6 * 64 + 4);

/** The bounds of a whole frame, which is one level around its payload. A short one can't have many values in any case. */
function frameBounds(text: string): JsonBounds {
  const event = text.length > LIMITS.jsonValuesMax ? eventOf(text) : undefined;
  return event === PHX.join ? JOIN_BOUNDS : PUSH_BOUNDS;
}

function eventOf(text: string): string | undefined {
  return HEAD.exec(text.slice(0, HEAD_MAX))?.[4]?.slice(1, -1);
}

/**
 * What the answer to a frame needs of it, for one that is refused unread: its payload is empty.
 * @throws {MalformedFrame}
 */
export function decodeTextHead(text: string): Frame {
  const fields = HEAD.exec(text.slice(0, HEAD_MAX))?.slice(1);
  if (!fields) throw new MalformedFrame('A frame begins with join_ref, ref, topic and event.');
  return decodeTextFrame(`[${fields.join(',')},{}]`);
}

/** @throws {MalformedFrame} */
export function checkEnvelope(joinRef: unknown, ref: unknown, topic: unknown, event: unknown): void {
  if (!isRef(joinRef) || !isRef(ref)) {
    throw new MalformedFrame(
      'join_ref and ref are strings of at most 64 characters, whole numbers, or null.',
    );
  }
  if (typeof topic !== 'string' || topic.length > LIMITS.topicMax) {
    throw new MalformedFrame(`A topic is a string of at most ${LIMITS.topicMax} characters.`);
  }
  if (typeof event !== 'string' || event.length > LIMITS.eventNameMax) {
    throw new MalformedFrame(`An event is a string of at most ${LIMITS.eventNameMax} characters.`);
  }
}

function isRef(value: unknown): value is Ref {
  if (typeof value === 'string') return value.length <= 64;
  return value === null || Number.isSafeInteger(value);
}

/** A payload that is JSON already: it is encoded once, however many get it. */
export class RawJson {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }

  toJSON(): unknown {
    return JSON.parse(this.json);
  }
}

export function encodePayload(payload: unknown): string {
  return payload instanceof RawJson ? payload.json : JSON.stringify(payload);
}

const quote = (ref: Ref) => (ref === null ? 'null' : JSON.stringify(ref));

/** A frame that nobody asked for: a broadcast (both refs null), or phx_close and phx_error with the channel's join_ref. */
export function encodeTextPush(topic: string, event: string, payload: unknown, joinRef: Ref = null): string {
  return `[${quote(joinRef)},null,"${topic}","${event}",${encodePayload(payload)}]`;
}

/** The answer to `frame`: `[join_ref, ref, topic, "phx_reply", {status, response}]`. */
export function encodeTextReply(frame: Frame, status: ReplyStatus, response: unknown): string {
  const head = `[${quote(frame.joinRef)},${quote(frame.ref)},${JSON.stringify(frame.topic)},"phx_reply"`;
  return `${head},{"status":"${status}","response":${encodePayload(response)}}]`;
}

/** What a client sends. */
export function encodeTextFrame(frame: Frame): string {
  return JSON.stringify([frame.joinRef, frame.ref, frame.topic, frame.event, frame.payload]);
}
