import type { ConversationId } from '@tpx/protocol';
import type { Database, Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { lockWords } from '../messages/word-index.ts';

type Deps = { database: Database; announcer: Announcer };

/** Events that one transaction removes: short enough that nobody who sends to the group notices the lock. */
const BATCH = 2_000;
/** Groups looked at in one query. */
const GROUPS_PER_LOOK = 500;

/**
 * Deletes what is older than each group's `messages_retention`, really and from the front of its log only, so that what
 * is left has no gap (spec GRP-9). In small batches, each its own transaction, announced when it has committed. Two
 * nodes may do this at once, where a pass takes long: a group that somebody holds is left for the next pass.
 *
 * @returns how many events were removed
 * @throws {Refusal} unavailable
 */
export async function trimLogs(deps: Deps, now: Date, signal?: AbortSignal): Promise<number> {
  let removed = 0;
  let after: ConversationId | null = null;
  for (;;) {
    const due: Due[] = await findDue(deps.database, now, after);
    for (const { id } of due) {
      if (signal?.aborted) return removed;
      removed += await trimLog(deps, id, now, signal);
    }
    after = due.at(-1)?.id ?? null;
    if (due.length < GROUPS_PER_LOOK) return removed;
  }
}

type Due = { id: ConversationId };

/** Groups whose oldest event is too old, by id. */
function findDue(queries: Queries, now: Date, after: ConversationId | null): Promise<Due[]> {
  return queries.query<Due>(
    `SELECT g.id FROM groups g JOIN conversations c ON c.id = g.id
     WHERE g.messages_retention IS NOT NULL AND ($2::uuid IS NULL OR g.id > $2) AND c.first_seq <= c.last_seq
       AND coalesce(
         (SELECT m.created_at FROM messages m WHERE m.conversation_id = c.id AND m.seq = c.first_seq),
         (SELECT h.created_at FROM changes h WHERE h.conversation_id = c.id AND h.seq = c.first_seq)
       ) < $1::timestamptz - make_interval(secs => g.messages_retention)
     ORDER BY g.id LIMIT $3`,
    [now, after, GROUPS_PER_LOOK],
  );
}

async function trimLog(
  deps: Deps,
  groupId: ConversationId,
  now: Date,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0;
  while (!signal?.aborted) {
    const cut = await announceAfterCommit(deps, async (tx, later) => {
      const cut = await trimBatch(tx, groupId, now);
      if (cut) later.changed({ type: 'log_trimmed', conversationId: groupId, firstSeq: cut.firstSeq });
      return cut;
    });
    if (!cut) break;
    removed += cut.removed;
    if (cut.removed < BATCH) break;
  }
  return removed;
}

type Cut = { removed: number; firstSeq: number };

/** undefined where nothing is too old, or somebody holds the group. */
async function trimBatch(tx: Queries, groupId: ConversationId, now: Date): Promise<Cut | undefined> {
  const held = await tx.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE SKIP LOCKED', [groupId]);
  if (held.length === 0) return undefined;
  // `created_at` never falls along a log, so what is too old is all before the first event that is not.
  const [row] = await tx.query<{ first_seq: string; kept_seq: string }>(
    `SELECT c.first_seq, coalesce(
       (SELECT min(e.seq) FROM (
          SELECT m.seq FROM messages m
          WHERE m.conversation_id = c.id AND m.seq >= c.first_seq AND m.seq < c.first_seq + $3 AND m.created_at >= l.oldest
          UNION ALL
          SELECT h.seq FROM changes h
          WHERE h.conversation_id = c.id AND h.seq >= c.first_seq AND h.seq < c.first_seq + $3 AND h.created_at >= l.oldest
        ) e),
       least(c.first_seq + $3, c.last_seq + 1)) AS kept_seq
     FROM conversations c
     JOIN groups g ON g.id = c.id,
     LATERAL (SELECT $2::timestamptz - make_interval(secs => g.messages_retention) AS oldest) l
     WHERE c.id = $1 AND g.messages_retention IS NOT NULL`,
    [groupId, now, BATCH],
  );
  if (!row) return undefined;
  const firstSeq = Number(row.kept_seq);
  const removed = firstSeq - Number(row.first_seq);
  if (removed <= 0) return undefined;
  await lockWords(tx, groupId);
  await tx.query('DELETE FROM message_words WHERE conversation_id = $1 AND seq < $2', [groupId, firstSeq]);
  await tx.query('DELETE FROM reactions WHERE conversation_id = $1 AND message_seq < $2', [
    groupId,
    firstSeq,
  ]);
  await tx.query('DELETE FROM unread_mentions WHERE conversation_id = $1 AND seq < $2', [groupId, firstSeq]);
  await tx.query('DELETE FROM changes WHERE conversation_id = $1 AND seq < $2', [groupId, firstSeq]);
  await tx.query('DELETE FROM messages WHERE conversation_id = $1 AND seq < $2', [groupId, firstSeq]);
  await tx.query('UPDATE conversations SET first_seq = $2 WHERE id = $1', [groupId, firstSeq]);
  return { removed, firstSeq };
}
