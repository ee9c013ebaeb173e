import {
  type ConversationId,
  type ConversationKind,
  type MessageId,
  Refusal,
  type Standing,
  type UserId,
} from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { LogEntry } from '../fanout/announcer.ts';
import { MESSAGE_COLUMNS, type MessageRow } from './message-row.ts';

/** The message that a change is about, locked together with its conversation. */
export type LockedMessage = MessageRow & {
  kind: ConversationKind;
  /** Standing of whoever changes it, and of its author. */
  actor_standing: Standing;
  author_standing: Standing;
  /** The other side of the DM blocks whoever changes it. */
  actor_blocked: boolean;
  who_can_post: 'all' | 'admins';
};

const FIND = `SELECT m.conversation_id FROM messages m WHERE m.id = $1`;
const LOCK = `SELECT c.kind FROM conversations c WHERE c.id = $1 FOR UPDATE`;
const STANDING = (user: string) => `coalesce(
  (SELECT s.role FROM members s WHERE s.conversation_id = m.conversation_id AND s.user_id = ${user}),
  (SELECT 'banned' FROM bans b WHERE b.group_id = m.conversation_id AND b.user_id = ${user}), 'none')`;
const BLOCKED = `EXISTS (
  SELECT 1 FROM dms d JOIN blocks b ON b.blocked_id = $2 AND b.user_id IN (d.user_a, d.user_b)
  WHERE d.id = m.conversation_id)`;
const READ = `SELECT ${MESSAGE_COLUMNS}, ${STANDING('$2')} AS actor_standing, ${STANDING('m.sender_id')} AS author_standing,
    ${BLOCKED} AS actor_blocked,
    coalesce((SELECT g.who_can_post FROM groups g WHERE g.id = m.conversation_id), 'all') AS who_can_post
  FROM messages m WHERE m.id = $1`;

/**
 * Locks the conversation of message `id`, then reads the message. `within` is the conversation that the caller spoke
 * to: a message of another one is not there. @throws {Refusal} `not_found`
 */
export async function lockMessage(
  tx: Queries,
  id: MessageId,
  actorId: UserId,
  within?: ConversationId,
): Promise<LockedMessage> {
  const notFound = () => new Refusal('not_found', 'There is no such message here.');
  const [found] = await tx.query<{ conversation_id: ConversationId }>(FIND, [id]);
  if (!found || (within !== undefined && found.conversation_id !== within)) throw notFound();
  const [conversation] = await tx.query<{ kind: ConversationKind }>(LOCK, [found.conversation_id]);
  const [message] = await tx.query<Omit<LockedMessage, 'kind'>>(READ, [id, actorId]);
  if (!conversation || !message || message.actor_standing === 'none') throw notFound();
  return { ...message, kind: conversation.kind };
}

export type NewChange = {
  event: 'edited' | 'deleted' | 'reaction';
  message: LockedMessage;
  actorId: UserId;
  emoji?: string;
  on?: boolean;
};

const APPEND = `
  WITH next AS (
    UPDATE conversations SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq
  )
  INSERT INTO changes (conversation_id, seq, event, message_id, message_seq, actor_id, emoji, is_on, created_at)
  SELECT $1, next.last_seq, $2, $3, $4, $5, $6, $7, date_trunc('milliseconds', clock_timestamp()) FROM next
  RETURNING seq, event_id`;

/** Gives a change the next `seq` of its conversation and its `event_id`; the lock of `lockMessage` is held (spec LOG-1). */
export async function appendChange(tx: Queries, change: NewChange, payload: object): Promise<LogEntry> {
  const { event, message, actorId, emoji = null, on = null } = change;
  const conversationId = message.conversation_id as ConversationId;
  const values = [conversationId, event, message.id, message.seq, actorId, emoji, on];
  const [row] = await tx.query<{ seq: string; event_id: string }>(APPEND, values);
  if (!row) throw new Refusal('not_found', 'This conversation is gone.');
  const seq = Number(row.seq);
  const json = JSON.stringify({ seq, event_id: row.event_id, ...payload });
  return { conversationId, kind: message.kind, seq, event, payload: json };
}
