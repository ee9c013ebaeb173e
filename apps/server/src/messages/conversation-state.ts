import type { ConversationId, ConversationKind, UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { ConversationState } from '../fanout/live-conversation.ts';
import { readLogs } from './read-log.ts';

/** Events that a conversation's ring begins with. */
const RECENT = 50;

type StateRow = {
  id: ConversationId;
  kind: ConversationKind;
  first_seq: string;
  last_seq: string;
  member_count: number;
  who_can_post: 'all' | 'admins' | null;
  user_a: UserId | null;
  user_b: UserId | null;
};

/** What a node needs to serve conversations, by id; undefined for those that are gone. */
export async function loadConversationStates(
  queries: Queries,
  ids: readonly ConversationId[],
): Promise<(ConversationState | undefined)[]> {
  const rows = await queries.query<StateRow>(
    `SELECT c.id, c.kind, c.first_seq, c.last_seq, coalesce(g.member_count, 2) AS member_count, g.who_can_post,
            d.user_a, d.user_b
     FROM conversations c LEFT JOIN groups g ON g.id = c.id LEFT JOIN dms d ON d.id = c.id WHERE c.id = ANY ($1::uuid[])`,
    [ids],
  );
  const logs = await readLogs(
    queries,
    rows.map((row) => ({
      id: row.id,
      after: Math.max(Number(row.last_seq) - RECENT, Number(row.first_seq) - 1),
    })),
    2 * RECENT,
  );
  const states = new Map<ConversationId, ConversationState>();
  for (const [index, row] of rows.entries()) {
    const recent = logs[index] ?? [];
    states.set(row.id, {
      id: row.id,
      kind: row.kind,
      firstSeq: Number(row.first_seq),
      // What was committed between the two statements is in the log already.
      lastSeq: Math.max(Number(row.last_seq), recent.at(-1)?.seq ?? 0),
      memberCount: row.member_count,
      whoCanPost: row.who_can_post ?? 'all',
      peers: row.user_a && row.user_b ? [row.user_a, row.user_b] : undefined,
      recent,
    });
  }
  return ids.map((id) => states.get(id));
}
