import { type ConversationId, conversationTopic, type UserId } from '@tpx/protocol';
import { recordAudit } from '../audit/record-audit.ts';
import type { Database, Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { lockWords } from '../messages/word-index.ts';
import { authorize } from './authorize.ts';

type Deps = { database: Database; announcer: Announcer };

/**
 * Removes the group with its log, for everybody; only its audit log stays.
 *
 * @throws {Refusal} not_found, not_member, banned, forbidden
 */
export function deleteGroup(
  deps: Deps,
  { groupId, actorId }: { groupId: ConversationId; actorId: UserId },
): Promise<void> {
  return announceAfterCommit(deps, async (tx, later) => {
    const group = await authorize(tx, groupId, actorId, 'delete_group');
    const members = await tx.query<{ user_id: UserId }>(
      'SELECT user_id FROM members WHERE conversation_id = $1',
      [groupId],
    );
    await recordAudit(tx, {
      groupId,
      actorId,
      action: 'delete_group',
      targetId: null,
      details: { name: group.name },
    });
    await eraseConversation(tx, groupId);
    later.changed({ type: 'conversation_deleted', conversationId: groupId, kind: 'group' });
    const topic = conversationTopic('group', groupId);
    for (const { user_id } of members) {
      later.signalUser(user_id, 'conversation_removed', { topic, reason: 'deleted' });
    }
  });
}

/** Events that one statement removes: far less than it has time for, however long the log is. */
const ERASED_AT_ONCE = 20_000;

const ERASE = [
  'DELETE FROM message_words WHERE conversation_id = $1 AND seq >= $2 AND seq < $3',
  'DELETE FROM reactions WHERE conversation_id = $1 AND message_seq >= $2 AND message_seq < $3',
  'DELETE FROM changes WHERE conversation_id = $1 AND seq >= $2 AND seq < $3',
  'DELETE FROM messages WHERE conversation_id = $1 AND seq >= $2 AND seq < $3',
];

/** A conversation that the transaction holds, gone with its log; members, bans and invites go with its row. */
export async function eraseConversation(tx: Queries, conversationId: ConversationId): Promise<void> {
  const [log] = await tx.query<{ first_seq: string; last_seq: string }>(
    'SELECT first_seq, last_seq FROM conversations WHERE id = $1',
    [conversationId],
  );
  await lockWords(tx, conversationId);
  await tx.query('DELETE FROM unread_mentions WHERE conversation_id = $1', [conversationId]);
  for (let seq = Number(log?.first_seq); seq <= Number(log?.last_seq); seq += ERASED_AT_ONCE) {
    for (const statement of ERASE) await tx.query(statement, [conversationId, seq, seq + ERASED_AT_ONCE]);
  }
  await tx.query('DELETE FROM conversations WHERE id = $1', [conversationId]);
}
