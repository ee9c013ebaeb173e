import { type ConversationId, type ConversationKind, type MessageObject, Refusal } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessageObject } from './message-row.ts';

export type HistoryRange = { before?: number | undefined; after?: number | undefined; limit: number };
export type History = { messages: MessageObject[]; has_more: boolean };

/** @throws {Refusal} `not_found` */
export async function loadMessage(
  queries: Queries,
  conversationId: ConversationId,
  kind: ConversationKind,
  seq: number,
): Promise<MessageObject> {
  const [row] = await queries.query<MessageRow>(
    `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE m.conversation_id = $1 AND m.seq = $2`,
    [conversationId, seq],
  );
  if (!row) throw new Refusal('not_found', 'This message is gone.');
  return toMessageObject(row, kind);
}

/**
 * Messages as they are now, ascending by `seq`. With `after` the oldest of what came later, otherwise the newest of
 * what came before `before` (or of all); `has_more` tells of more in that direction.
 */
export async function loadHistory(
  queries: Queries,
  conversationId: ConversationId,
  kind: ConversationKind,
  range: HistoryRange,
): Promise<History> {
  const forward = range.after !== undefined;
  const rows = await queries.query<MessageRow>(forward ? FORWARD : BACKWARD, [
    conversationId,
    range.after ?? 0,
    range.before ?? Number.MAX_SAFE_INTEGER,
    range.limit + 1,
  ]);
  const has_more = rows.length > range.limit;
  const messages = rows.slice(0, range.limit).map((row) => toMessageObject(row, kind));
  return { messages: forward ? messages : messages.reverse(), has_more };
}

const IN_RANGE = `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE m.conversation_id = $1 AND m.seq > $2 AND m.seq < $3`;
const FORWARD = `${IN_RANGE} ORDER BY m.seq LIMIT $4`;
const BACKWARD = `${IN_RANGE} ORDER BY m.seq DESC LIMIT $4`;
