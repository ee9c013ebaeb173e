import { Refusal } from '@tpx/protocol';
import type { z } from 'zod';

/**
 * A page's cursor: the sort key of its last item, opaque to clients (spec REST-7). It is not signed, so what it says
 * MUST only ever move the place to read from, never what may be read.
 */
export function writeCursor(key: unknown): string | null {
  return key === undefined || key === null ? null : Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @throws {Refusal} `invalid` for what `writeCursor` has not made from a key of this shape */
export function readCursor<Schema extends z.ZodType>(
  schema: Schema,
  cursor: string | undefined,
): z.output<Schema> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(parse(cursor));
  if (!parsed.success) throw new Refusal('invalid', 'cursor: take it from the page before, unchanged.');
  return parsed.data;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
