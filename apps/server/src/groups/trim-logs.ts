import type { ConversationId } from '@tpx/protocol';
import type { Database, Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { lockWords } from '../messages/word-index.ts';

type Deps = { database: Database; announcer: Announcer };

/** Events that one transaction removes: short enough that nobody who sends to the group notices the lock. */
const BATCH = 500;
/** Batches of one group before others get their turn. */
const BATCHES_IN_A_ROW = 8;
/** Groups looked at in one query. */
const GROUPS_PER_LOOK = 500;
/** How often a group that somebody holds is waited for, for a second each, before it is left for the next pass. */
const WAITS_MAX = 3;

/**
 * Deletes what is older than each group's `messages_retention`, really and from the front of its log only, so that what
 * is left has no gap (spec GRP-9). In small batches, each its own transaction, announced when it has committed; the
 * groups take turns until nothing is too old. Two nodes may do this at once, where a pass takes long. `now` is Postgres'
 * time (spec CLOCK-1).
 *
 * @returns how many events were removed
 * @throws {Refusal} unavailable
 */
export async function trimLogs(deps: Deps, now: Date, signal?: AbortSignal): Promise<number> {
  const pass: Pass = { ...deps, now, signal, waits: new Map() };
  let removed = 0;
  for (;;) {
    const round = await trimRound(pass);
    removed += round.removed;
    if (!round.isMoreLeft || signal?.aborted) return removed;
  }
}

type Pass = Deps & { now: Date; signal: AbortSignal | undefined; waits: Map<ConversationId, number> };
type Round = { removed: number; isMoreLeft: boolean };

/** Each group that has something too old, once. */
async function trimRound(pass: Pass): Promise<Round> {
  let removed = 0;
  let isMoreLeft = false;
  let after: ConversationId | null = null;
  for (;;) {
    const due: Due[] = await findDue(pass.database, pass.now, after);
    for (const { id } of due) {
      const turn = await trimLog(pass, id);
      removed += turn.removed;
      isMoreLeft ||= turn.isMoreLeft;
      if (pass.signal?.aborted) return { removed, isMoreLeft };
    }
    after = due.at(-1)?.id ?? null;
    if (due.length < GROUPS_PER_LOOK) return { removed, isMoreLeft };
  }
}

type Due = { id: ConversationId };

/** Groups whose oldest event is too old, or of a time that has not come, by id. */
function findDue(queries: Queries, now: Date, after: ConversationId | null): Promise<Due[]> {
  return queries.query<Due>(
    `SELECT g.id FROM groups g JOIN conversations c ON c.id = g.id, LATERAL (
       SELECT coalesce(
         (SELECT m.created_at FROM messages m WHERE m.conversation_id = c.id AND m.seq = c.first_seq),
         (SELECT h.created_at FROM changes h WHERE h.conversation_id = c.id AND h.seq = c.first_seq)
       ) AS created_at
     ) e
     WHERE g.messages_retention IS NOT NULL AND ($2::uuid IS NULL OR g.id > $2) AND c.first_seq <= c.last_seq
       AND (e.created_at > $1 OR
         e.created_at + clock_allowance(e.created_at) < $1::timestamptz - make_interval(secs => g.messages_retention))
     ORDER BY g.id LIMIT $3`,
    [now, after, GROUPS_PER_LOOK],
  );
}

async function trimLog(pass: Pass, groupId: ConversationId): Promise<Round> {
  let removed = 0;
  for (let batches = 0; batches < BATCHES_IN_A_ROW; batches++) {
    const cut = await announceAfterCommit(pass, async (tx, later) => {
      const cut = await trimBatch(tx, groupId, pass.now);
      if (cut !== 'held' && cut !== 'nothing')
        later.changed({ type: 'log_trimmed', conversationId: groupId, firstSeq: cut.firstSeq });
      return cut;
    });
    if (cut === 'nothing') return { removed, isMoreLeft: false };
    if (cut === 'held') {
      const waits = (pass.waits.get(groupId) ?? 0) + 1;
      pass.waits.set(groupId, waits);
      return { removed, isMoreLeft: waits < WAITS_MAX };
    }
    removed += cut.removed;
    if (cut.removed < BATCH) return { removed, isMoreLeft: false };
    if (pass.signal?.aborted) break;
  }
  return { removed, isMoreLeft: true };
}

/**
 * Where the log begins after a batch: at the first event that is young enough, and never past the last one that is too old.
 * `created_at` rises along a log, but for what was stored while the clock was ahead: an event of a time that has not come
 * says nothing of its age, so it goes with the first event behind it that is too old (spec CLOCK-2). Where the log begins
 * with such a one, all of it is looked at.
 */
const KEPT_FROM = `
  SELECT c.first_seq, least(
    c.first_seq + $3,
    min(e.seq) FILTER (WHERE e.created_at <= $2 AND e.created_at + clock_allowance(e.created_at) >= l.oldest),
    coalesce(max(e.seq) FILTER (WHERE e.created_at + clock_allowance(e.created_at) < l.oldest), c.first_seq - 1) + 1
  ) AS kept_seq
  FROM conversations c
  JOIN groups g ON g.id = c.id,
  LATERAL (SELECT $2::timestamptz - make_interval(secs => g.messages_retention) AS oldest) l,
  LATERAL (
    SELECT CASE WHEN EXISTS (
        SELECT FROM messages m WHERE m.conversation_id = c.id AND m.seq = c.first_seq AND m.created_at > $2
        UNION ALL
        SELECT FROM changes h WHERE h.conversation_id = c.id AND h.seq = c.first_seq AND h.created_at > $2
      ) THEN c.last_seq ELSE c.first_seq + $3 - 1 END AS last
  ) looked,
  LATERAL (
    SELECT m.seq, m.created_at FROM messages m
    WHERE m.conversation_id = c.id AND m.seq BETWEEN c.first_seq AND looked.last
    UNION ALL
    SELECT h.seq, h.created_at FROM changes h
    WHERE h.conversation_id = c.id AND h.seq BETWEEN c.first_seq AND looked.last
  ) e
  WHERE c.id = $1 AND g.messages_retention IS NOT NULL
  GROUP BY c.id, c.first_seq`;

type Cut = { removed: number; firstSeq: number };

/** `held`: somebody kept the group for longer than a moment; `nothing`: nothing in it is too old. */
async function trimBatch(tx: Queries, groupId: ConversationId, now: Date): Promise<Cut | 'held' | 'nothing'> {
  const [lock] = await tx.query<{ is_mine: boolean }>('SELECT lock_conversation($1) AS is_mine', [groupId]);
  if (!lock?.is_mine) return 'held';
  const [row] = await tx.query<{ first_seq: string; kept_seq: string }>(KEPT_FROM, [groupId, now, BATCH]);
  if (!row) return 'nothing';
  const firstSeq = Number(row.kept_seq);
  const removed = firstSeq - Number(row.first_seq);
  if (removed <= 0) return 'nothing';
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
