import {
  type ConversationId,
  type ConversationKind,
  LIMITS,
  type MessageId,
  type MessageObject,
  type PinObject,
  Refusal,
  requireRight,
  type UserId,
} from '@tpx/protocol';
import type { Database, Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendNotice } from './append.ts';
import { type LockedMessage, lockMessage } from './append-change.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessageObject } from './message-row.ts';

type Deps = { database: Database; announcer: Announcer };

const PIN = `INSERT INTO pins (conversation_id, message_seq, pinned_by) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING RETURNING message_seq`;
const UNPIN = 'DELETE FROM pins WHERE conversation_id = $1 AND message_seq = $2 RETURNING message_seq';
const COUNT = 'SELECT count(*)::integer AS count FROM pins WHERE conversation_id = $1';
const LIST = `
  SELECT ${MESSAGE_COLUMNS}, p.pinned_by, p.pinned_at
  FROM pins p JOIN messages m ON m.conversation_id = p.conversation_id AND m.seq = p.message_seq
  WHERE p.conversation_id = $1 ORDER BY p.pinned_at DESC, p.message_seq DESC`;

/**
 * Pins a message for everybody in its conversation, or takes the pin away; a system notice tells of it. What is as asked
 * already changes nothing (spec MSG-10).
 *
 * @throws {Refusal} not_found, forbidden, banned, blocked, conflict, too_large, unavailable
 */
export function setPinned(
  deps: Deps,
  actorId: UserId,
  id: MessageId,
  pinned: boolean,
): Promise<MessageObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    const locked = await lockMessage(tx, id, actorId);
    requirePinner(locked);
    if (await (pinned ? pin(tx, locked, actorId) : unpin(tx, locked))) {
      const event = pinned ? 'message_pinned' : 'message_unpinned';
      const content = { event, actor_id: actorId, message_id: id } as const;
      later.logged(await appendNotice(tx, locked.conversation_id as ConversationId, content, locked.kind));
    }
    return toMessageObject(locked, locked.kind);
  });
}

/** The pinned messages of a conversation, what was pinned last first. The caller has checked who reads. */
export async function listPins(
  queries: Queries,
  conversationId: ConversationId,
  kind: ConversationKind,
): Promise<PinObject[]> {
  const rows = await queries.query<MessageRow & { pinned_by: string; pinned_at: Date }>(LIST, [
    conversationId,
  ]);
  return rows.map((row) => ({
    message: toMessageObject(row, kind),
    pinned_by: row.pinned_by,
    pinned_at: row.pinned_at.toISOString(),
  }));
}

function requirePinner(locked: LockedMessage): void {
  requireRight(locked.actor_standing, locked.kind === 'group' ? 'pin' : 'send');
  if (locked.actor_blocked) throw new Refusal('blocked');
}

async function pin(tx: Queries, locked: LockedMessage, actorId: UserId): Promise<boolean> {
  if (locked.type === 'system') throw new Refusal('forbidden', 'A system notice cannot be pinned.');
  if (locked.deleted_at) throw new Refusal('conflict', 'This message has been deleted.');
  const added = await tx.query(PIN, [locked.conversation_id, locked.seq, actorId]);
  const [row] = await tx.query<{ count: number }>(COUNT, [locked.conversation_id]);
  if (row && row.count > LIMITS.pinsPerConversation) {
    throw new Refusal(
      'too_large',
      `A conversation has at most ${LIMITS.pinsPerConversation} pinned messages. Unpin one first.`,
    );
  }
  return added.length > 0;
}

async function unpin(tx: Queries, locked: LockedMessage): Promise<boolean> {
  return (await tx.query(UNPIN, [locked.conversation_id, locked.seq])).length > 0;
}
