import { describeIssue, Refusal } from '@tpx/protocol';
import type { z } from 'zod';

/** @throws {Refusal} `invalid` with what is wrong first */
export function parsePayload<Schema extends z.ZodType>(schema: Schema, payload: unknown): z.output<Schema> {
  const parsed = schema.safeParse(payload);
  if (!parsed.success) throw new Refusal('invalid', describeIssue(parsed.error));
  return parsed.data;
}
