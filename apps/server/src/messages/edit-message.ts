import {
  type ConversationId,
  type EditBody,
  type MessageId,
  type MessageObject,
  Refusal,
  requireRight,
  rightUnderRules,
  type UserId,
} from '@tpx/protocol';
import type { z } from 'zod';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendChange, lockMessage } from './append-change.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessageObject } from './message-row.ts';

type Deps = { database: Database; announcer: Announcer };

const EDIT = `UPDATE messages m SET content = $3, encryption_base64 = $4, encryption = NULL,
    edited_at = date_trunc('milliseconds', clock_timestamp())
  WHERE m.conversation_id = $1 AND m.seq = $2 RETURNING ${MESSAGE_COLUMNS}`;

/** Content that is encrypted as well would be readable after all. */
function storedForm({ content, encryption }: z.output<typeof EditBody>): unknown[] {
  return encryption ? [null, encryption] : [content ?? null, null];
}

/** Only its author edits a message. @throws {Refusal} not_found, forbidden, banned, not_member, blocked, conflict, unavailable */
export function editMessage(
  deps: Deps,
  actorId: UserId,
  id: MessageId,
  edit: z.output<typeof EditBody>,
  within?: ConversationId,
): Promise<MessageObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    const locked = await lockMessage(tx, id, actorId, within);
    requireRight(locked.actor_standing, rightUnderRules('edit_own', locked.who_can_post));
    if (locked.actor_blocked) throw new Refusal('blocked');
    if (locked.sender_id !== actorId) throw new Refusal('forbidden', 'Only its author edits a message.');
    if (locked.type === 'system') throw new Refusal('forbidden', 'A system notice cannot be edited.');
    if (locked.deleted_at) throw new Refusal('conflict', 'This message has been deleted.');
    const values = [locked.conversation_id, locked.seq, ...storedForm(edit)];
    const [row] = await tx.query<MessageRow>(EDIT, values);
    const message = toMessageObject(row ?? locked, locked.kind);
    later.logged(await appendChange(tx, { event: 'edited', message: locked, actorId }, { message }));
    return message;
  });
}
