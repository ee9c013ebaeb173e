import {
  type ConversationId,
  type MessageId,
  type MessageObject,
  Refusal,
  requireRight,
  type UserId,
} from '@tpx/protocol';
import { recordAudit } from '../audit/record-audit.ts';
import type { Database } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { appendNotice } from './append.ts';
import { appendChange, lockMessage } from './append-change.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessageObject } from './message-row.ts';

type Deps = { database: Database; announcer: Announcer };

const ENTOMB = `UPDATE messages m SET content = NULL, encryption = NULL, encryption_base64 = NULL, mentions = '{}', reactions = '[]',
    deleted_at = date_trunc('milliseconds', clock_timestamp())
  WHERE m.conversation_id = $1 AND m.seq = $2 RETURNING ${MESSAGE_COLUMNS}`;
const FORGET_REACTIONS = 'DELETE FROM reactions WHERE conversation_id = $1 AND message_seq = $2';
const FORGET_MENTIONS = 'DELETE FROM unread_mentions WHERE conversation_id = $1 AND seq = $2';
const UNPIN = 'DELETE FROM pins WHERE conversation_id = $1 AND message_seq = $2';

/**
 * Leaves a tombstone without content. Its author may, and staff may with others' messages: that is noted in the
 * conversation and in the audit log. Deleting twice changes nothing.
 *
 * @throws {Refusal} not_found, forbidden, banned, not_member, unavailable
 */
export function deleteMessage(
  deps: Deps,
  actorId: UserId,
  id: MessageId,
  within?: ConversationId,
): Promise<MessageObject> {
  return announceAfterCommit(deps, async (tx, later) => {
    const locked = await lockMessage(tx, id, actorId, within);
    const own = locked.sender_id === actorId;
    if (own) requireRight(locked.actor_standing, 'delete_own');
    else requireRight(locked.actor_standing, 'delete_other', locked.author_standing);
    if (locked.type === 'system') throw new Refusal('forbidden', 'A system notice cannot be deleted.');
    if (locked.deleted_at) return toMessageObject(locked, locked.kind);
    const place = [locked.conversation_id, locked.seq];
    const [row] = await tx.query<MessageRow>(ENTOMB, place);
    await tx.query(FORGET_REACTIONS, place);
    await tx.query(FORGET_MENTIONS, place);
    await tx.query(UNPIN, place);
    later.logged(await appendChange(tx, { event: 'deleted', message: locked, actorId }, { id }));
    if (!own) {
      const groupId = locked.conversation_id as ConversationId;
      const targetId = locked.sender_id as UserId;
      await recordAudit(tx, {
        groupId,
        actorId,
        action: 'delete_other',
        targetId,
        details: { message_id: id },
      });
      const content = {
        event: 'message_deleted',
        actor_id: actorId,
        user_id: targetId,
        message_id: id,
      } as const;
      later.logged(await appendNotice(tx, groupId, content));
    }
    return toMessageObject(row ?? locked, locked.kind);
  });
}
