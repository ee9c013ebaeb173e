import { pack, unpack } from 'msgpackr';
import { checkEnvelope, type Frame, MalformedFrame, RawJson, type Ref, type ReplyStatus } from './frames.ts';
import { payloadBounds } from './json-bounds.ts';
import { checkMessagePack } from './message-pack.ts';

/**
 * Phoenix Channels V2, binary frames (spec WS-2), as in the official client's serializer: a kind byte, a size byte a
 * field, the fields in UTF-8, then the payload's bytes to the end. The payload is MessagePack of the same object that a
 * text frame carries as JSON; the reply to a binary push is binary.
 *
 *     push       0 | join_ref ref topic event   | payload   (client -> server)
 *     reply      1 | join_ref ref topic status  | response
 *     broadcast  2 | topic event                | payload
 */
const KIND = { push: 0, reply: 1, broadcast: 2 } as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @throws {MalformedFrame} */
export function decodeBinaryPush(bytes: Uint8Array): Frame {
  const { head, payload } = splitPush(bytes);
  return { ...head, payload: decodePayload(payload, head.event) };
}

/**
 * What the answer to a push needs of it, for one that is refused unread: its payload is empty.
 * @throws {MalformedFrame}
 */
export function decodeBinaryHead(bytes: Uint8Array): Frame {
  return splitPush(bytes).head;
}

/** @throws {MalformedFrame} */
function splitPush(bytes: Uint8Array): { head: Frame; payload: Uint8Array } {
  if (bytes[0] !== KIND.push)
    throw new MalformedFrame('A binary frame from a client begins with kind 0 (push).');
  const sizes = [bytes[1], bytes[2], bytes[3], bytes[4]];
  let offset = 5;
  const [joinRef, ref, topic, event] = sizes.map((size) => {
    if (size === undefined || offset + size > bytes.length)
      throw new MalformedFrame('The binary frame is cut off.');
    offset += size;
    return decodeText(bytes.subarray(offset - size, offset));
  }) as [string, string, string, string];
  checkEnvelope(joinRef, ref, topic, event);
  const head = { joinRef: joinRef || null, ref: ref || null, topic, event, payload: {} };
  return { head, payload: bytes.subarray(offset) };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MalformedFrame('A field of the binary frame is not UTF-8.');
  }
}

/** @throws {MalformedFrame} */
function decodePayload(bytes: Uint8Array, event: string): unknown {
  if (bytes.length === 0) return {};
  checkMessagePack(bytes, payloadBounds(event));
  const payload: unknown = unpack(bytes);
  if (typeof payload !== 'object' || Array.isArray(payload)) {
    throw new MalformedFrame(
      'The payload of a binary frame is one MessagePack map, or nil for an empty one.',
    );
  }
  return payload ?? {};
}

export function encodeBinaryReply(frame: Frame, status: ReplyStatus, response: unknown): Uint8Array {
  return encode(KIND.reply, [textOf(frame.joinRef), textOf(frame.ref), frame.topic, status], response);
}

export function encodeBinaryBroadcast(topic: string, event: string, payload: unknown): Uint8Array {
  return encode(KIND.broadcast, [topic, event], payload);
}

/** What a client sends. */
export function encodeBinaryPush(frame: Frame): Uint8Array {
  const fields = [textOf(frame.joinRef), textOf(frame.ref), frame.topic, frame.event];
  return encode(KIND.push, fields, frame.payload);
}

function textOf(ref: Ref): string {
  return String(ref ?? '');
}

function encode(kind: number, fields: string[], payload: unknown): Uint8Array {
  const parts = fields.map((field) => encoder.encode(field));
  const body = pack(payload instanceof RawJson ? payload.toJSON() : payload);
  const header = 1 + parts.length;
  const frame = new Uint8Array(header + parts.reduce((sum, part) => sum + part.length, 0) + body.length);
  frame[0] = kind;
  let offset = header;
  for (const [index, part] of parts.entries()) {
    if (part.length > 255) throw new MalformedFrame('A field of a binary frame is at most 255 bytes.');
    frame[1 + index] = part.length;
    frame.set(part, offset);
    offset += part.length;
  }
  frame.set(body, offset);
  return frame;
}
