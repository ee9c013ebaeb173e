import type { ConversationId, ConversationKind, LogEventName } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { LogEntry } from '../fanout/announcer.ts';
import { CHANGE_EVENT_ID } from './event-identity.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessageObject } from './message-row.ts';

type LogRow = MessageRow & {
  kind: ConversationKind;
  log_seq: string;
  event: LogEventName;
  event_id: string | null;
  target_id: string;
  actor_id: string;
  emoji: string | null;
  is_on: boolean | null;
};

/**
 * The log of several conversations after a `seq` each: at most `limit` events of each, oldest first. What a message or
 * an edit carries is the message as it is now; the events that follow it only repeat what it shows already.
 */
export async function readLogs(
  queries: Queries,
  conversations: readonly { id: ConversationId; after: number }[],
  limit: number,
): Promise<LogEntry[][]> {
  const rows = await queries.query<LogRow & { ord: string }>(LOGS, [
    conversations.map(({ id }) => id),
    conversations.map(({ after }) => after),
    limit,
  ]);
  const logs: LogEntry[][] = conversations.map(() => []);
  for (const row of rows) logs[Number(row.ord) - 1]?.push(toLogEntry(row));
  return logs;
}

export async function readLog(
  queries: Queries,
  id: ConversationId,
  after: number,
  limit: number,
): Promise<LogEntry[]> {
  const [log] = await readLogs(queries, [{ id, after }], limit);
  return log ?? [];
}

// `k.id` stands for the message's conversation, so that a change whose message retention took still says where it was.
const LOGS = `
  SELECT k.ord, c.kind, e.log_seq, e.event, e.event_id, e.target_id, e.actor_id, e.emoji, e.is_on, ${MESSAGE_COLUMNS},
         k.id AS conversation_id
  FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS k (id, after, ord)
  JOIN conversations c ON c.id = k.id
  CROSS JOIN LATERAL (
    (SELECT s.seq AS log_seq, 'message' AS event, NULL::uuid AS event_id, s.id AS target_id, s.seq AS target_seq, s.sender_id AS actor_id,
            NULL AS emoji, NULL::boolean AS is_on
     FROM messages s WHERE s.conversation_id = k.id AND s.seq > k.after ORDER BY s.seq LIMIT $3)
    UNION ALL
    (SELECT h.seq, h.event, ${CHANGE_EVENT_ID}, h.message_id, h.message_seq, h.actor_id, h.emoji, h.is_on
     FROM changes h WHERE h.conversation_id = k.id AND h.seq > k.after ORDER BY h.seq LIMIT $3)
    ORDER BY log_seq LIMIT $3
  ) e
  LEFT JOIN messages m ON m.conversation_id = k.id AND m.seq = e.target_seq
  ORDER BY k.ord, e.log_seq`;

function toLogEntry(row: LogRow): LogEntry {
  const seq = Number(row.log_seq);
  // A change of a message that retention has taken reads as its deletion.
  const gone = row.id === null || row.id === undefined;
  const event = gone ? 'deleted' : row.event;
  return {
    conversationId: row.conversation_id as ConversationId,
    kind: row.kind,
    seq,
    event,
    payload: JSON.stringify(payloadOf(event, seq, row)),
  };
}

function payloadOf(event: LogEventName, seq: number, row: LogRow): object {
  switch (event) {
    case 'message':
      return { seq, message: toMessageObject(row, row.kind) };
    case 'edited':
      return { seq, event_id: row.event_id, message: toMessageObject(row, row.kind) };
    case 'deleted':
      return { seq, event_id: row.event_id, id: row.target_id };
    case 'reaction':
      return {
        seq,
        event_id: row.event_id,
        id: row.target_id,
        user_id: row.actor_id,
        emoji: row.emoji,
        on: row.is_on,
      };
  }
}

export function charactersOf(entries: readonly LogEntry[]): number {
  return entries.reduce((sum, { payload }) => sum + payload.length, 0);
}

/** JSON of events in one answer: what it takes to send it stays far below a reader's limit (spec WS-19, WS-20, REST-11). */
const EVENTS_CHARACTERS_MAX = 262_144;

/** How much of events the answers that share it may still carry. */
export type Room = { characters: number };

/** The first of `entries` as `GET .../events`, a join and a resume carry them: JSON, as many as there is room for. */
export function eventsWithin(
  entries: readonly LogEntry[],
  room: Room = { characters: EVENTS_CHARACTERS_MAX },
): string[] {
  const events: string[] = [];
  let left = Math.min(room.characters, EVENTS_CHARACTERS_MAX);
  for (const { seq, event, payload } of entries) {
    const json = `{"seq":${seq},"event":"${event}","payload":${payload}}`;
    if (json.length > left) break;
    left -= json.length;
    room.characters -= json.length;
    events.push(json);
  }
  return events;
}
