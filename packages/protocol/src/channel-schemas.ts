import { z } from 'zod';
import type { SignalEvents, UserEvents } from './events.ts';
import { DmSchema, GroupSchema, LogEventSchema, MediaSchema, ReceiptSchema } from './responses.ts';

/** What channels answer and broadcast, as schemas: a client checks what it gets before it acts on it. */
const seq = z.int().min(0);
const count = z.int().min(0);

const ConversationSchema = z.union([
  GroupSchema.extend({ kind: z.literal('group') }),
  DmSchema.extend({ kind: z.literal('dm') }),
]);

const page = {
  replaced: z.boolean().optional(),
  events: z.array(LogEventSchema),
  has_more: z.boolean(),
};

export const ConversationJoinedSchema = z.object({
  conversation: ConversationSchema,
  first_seq: seq,
  last_seq: seq,
  my_read_seq: seq,
  ...page,
});

export const UserJoinedSchema = z.object({
  conversations: z.array(
    z.object({ topic: z.string(), last_seq: seq, my_read_seq: seq, mention_count: count }),
  ),
  resumed: z.record(
    z.string(),
    z.union([
      z.object({ ...page, first_seq: seq.optional() }),
      z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
    ]),
  ),
});

const presence = z.record(z.string(), z.object({ metas: z.array(z.looseObject({ phx_ref: z.string() })) }));

/** Every event has one: this does not compile without. */
const SCHEMAS = {
  typing: z.object({ user_id: z.string(), on: z.boolean() }),
  receipts: z.object({ receipts: z.array(ReceiptSchema) }),
  ping: z.object({ user_id: z.string() }),
  presence_state: presence,
  presence_diff: z.object({ joins: presence, leaves: presence }),
  presence_count: z.object({ online: count }),
  trimmed: z.object({ first_seq: seq }),
  conversation_added: z.object({ conversation: ConversationSchema }),
  conversation_removed: z.object({ topic: z.string(), reason: z.string() }),
  receipt_summary: z.object({ id: z.string(), topic: z.string(), delivered: count, read: count, of: count }),
  session_revoked: z.object({ session_id: z.string() }),
  media_ready: z.object({ media: MediaSchema }),
  media_failed: z.object({ media: MediaSchema }),
  read_marker: z.object({ topic: z.string(), read_seq: seq }),
  password_guessed: z.object({ at: z.iso.datetime() }),
} satisfies Record<keyof SignalEvents | keyof UserEvents, z.ZodType>;

/** By event name: `SignalEvents` and `UserEvents`. An event that is not here is a newer server's, and passed over. */
export const BROADCAST_SCHEMAS: Readonly<Record<string, z.ZodType>> = SCHEMAS;
