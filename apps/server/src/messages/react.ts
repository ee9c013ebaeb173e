import {
  type ConversationId,
  LIMITS,
  type MessageId,
  type MessageObject,
  type ReactionObject,
  Refusal,
  requireRight,
  type UserId,
} from '@tpx/protocol';
import type { Database, Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendChange, lockMessage } from './append-change.ts';
import { toMessageObject } from './message-row.ts';

type Deps = { database: Database; announcer: Announcer };

export type Reaction = { id: MessageId; emoji: string; on: boolean };

const ADD = `INSERT INTO reactions (conversation_id, message_seq, emoji, user_id) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING RETURNING user_id`;
const REMOVE = `DELETE FROM reactions WHERE conversation_id = $1 AND message_seq = $2 AND emoji = $3 AND user_id = $4
  RETURNING user_id`;
const SHOWN = `
  WITH numbered AS (
    SELECT r.emoji, r.user_id, r.created_at,
           row_number() OVER (PARTITION BY r.emoji ORDER BY r.created_at, r.user_id) AS number
    FROM reactions r WHERE r.conversation_id = $1 AND r.message_seq = $2
  )
  SELECT emoji, count(*)::integer AS count,
         array_agg(user_id ORDER BY number) FILTER (WHERE number <= ${LIMITS.reactionUsersShown}) AS user_ids
  FROM numbered GROUP BY emoji ORDER BY min(created_at), emoji`;
const SHOW = 'UPDATE messages SET reactions = $3 WHERE conversation_id = $1 AND seq = $2';

/** Setting what is set already changes nothing and takes no `seq`. @throws {Refusal} not_found, conflict, too_large, ... */
export function react(
  deps: Deps,
  actorId: UserId,
  reaction: Reaction,
  within?: ConversationId,
): Promise<MessageObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    const locked = await lockMessage(tx, reaction.id, actorId, within);
    requireRight(locked.actor_standing, 'react');
    if (reaction.on && locked.actor_blocked) throw new Refusal('blocked');
    if (locked.deleted_at) throw new Refusal('conflict', 'This message has been deleted.');
    const place = [locked.conversation_id, locked.seq];
    const { emoji, on } = reaction;
    const changed = await tx.query(on ? ADD : REMOVE, [...place, emoji, actorId]);
    if (changed.length === 0) return toMessageObject(locked, locked.kind);
    locked.reactions = await showReactions(tx, place);
    const payload = { id: reaction.id, user_id: actorId, emoji, on };
    later.logged(await appendChange(tx, { event: 'reaction', message: locked, actorId, emoji, on }, payload));
    return toMessageObject(locked, locked.kind);
  });
}

async function showReactions(tx: Queries, place: unknown[]): Promise<ReactionObject[]> {
  const reactions = await tx.query<ReactionObject>(SHOWN, place);
  if (reactions.length > LIMITS.reactionsPerMessage) {
    throw new Refusal(
      'too_large',
      `A message has at most ${LIMITS.reactionsPerMessage} different reactions.`,
    );
  }
  await tx.query(SHOW, [...place, [...reactions]]);
  return reactions;
}
