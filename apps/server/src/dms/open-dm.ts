import { type ConversationId, type DmObject, Refusal, type UserId } from '@tpx/protocol';
import { type Database, isUniqueViolation, type Queries } from '../db/database.ts';
import { announceAfterCommit } from '../fanout/announce-after-commit.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { DM_COLUMNS, type DmRow, toDmObject } from './dm-object.ts';

type Deps = { database: Database; announcer: Announcer; limiter: RateLimiter };

/**
 * The one DM of two people, made at the first call of either (spec DM-1). Only making one counts against the limit.
 *
 * @throws {Refusal} invalid with oneself, not_found, blocked, rate_limited
 */
export async function openDm(
  deps: Deps,
  { actorId, userId }: { actorId: UserId; userId: UserId },
): Promise<{ dm: DmObject; created: boolean }> {
  if (actorId === userId) throw new Refusal('invalid', 'user_id: that is you. Name somebody else.');
  await requireWelcome(deps.database, actorId, userId);
  const dm = await findDm(deps.database, actorId, userId);
  if (dm) return { dm, created: false };

  deps.limiter.take('create', actorId);
  const created = await createDm(deps, actorId, userId);
  if (created) return { dm: created, created: true };
  const theirs = await findDm(deps.database, actorId, userId);
  if (!theirs) throw new Error('a DM was both there and not');
  return { dm: theirs, created: false };
}

async function requireWelcome(queries: Queries, actorId: UserId, userId: UserId): Promise<void> {
  const [person] = await queries.query<{ blocks: boolean }>(
    `SELECT b.user_id IS NOT NULL AS blocks
     FROM users u LEFT JOIN blocks b ON b.user_id = u.id AND b.blocked_id = $2
     WHERE u.id = $1 AND u.deleted_at IS NULL`,
    [userId, actorId],
  );
  if (!person) throw new Refusal('not_found', 'There is no such person.');
  if (person.blocks) throw new Refusal('blocked');
}

async function findDm(queries: Queries, one: UserId, other: UserId): Promise<DmObject | undefined> {
  const [row] = await queries.query<DmRow>(
    `SELECT ${DM_COLUMNS} FROM dms d JOIN conversations c ON c.id = d.id WHERE d.user_a = $1 AND d.user_b = $2`,
    inOrder(one, other),
  );
  return row && toDmObject(row);
}

/** undefined where the other side has just made it. */
async function createDm(deps: Deps, one: UserId, other: UserId): Promise<DmObject | undefined> {
  const id = Bun.randomUUIDv7() as ConversationId;
  const [userA, userB] = inOrder(one, other);
  try {
    return await announceAfterCommit(deps, async (tx, later) => {
      await tx.query(`INSERT INTO conversations (id, kind) VALUES ($1, 'dm')`, [id]);
      await tx.query('INSERT INTO dms (id, user_a, user_b) VALUES ($1, $2, $3)', [id, userA, userB]);
      await tx.query(
        `INSERT INTO members (conversation_id, user_id, role) VALUES ($1, $2, 'user'), ($1, $3, 'user')`,
        [id, userA, userB],
      );
      const dm = { id, user_a: userA, user_b: userB, first_seq: 1, last_seq: 0, last_message_at: null };
      announceDm(later, dm);
      return dm;
    });
  } catch (error) {
    if (isUniqueViolation(error, 'dms_user_a_user_b_key')) return undefined;
    throw error;
  }
}

/** The order of the text form is that of Postgres' uuid: both compare the same 16 bytes. */
function inOrder(one: UserId, other: UserId): [userA: UserId, userB: UserId] {
  return one < other ? [one, other] : [other, one];
}

function announceDm(later: Announcer, dm: DmObject): void {
  for (const userId of [dm.user_a, dm.user_b] as UserId[]) {
    later.changed({
      type: 'standing',
      conversationId: dm.id as ConversationId,
      kind: 'dm',
      userId,
      standing: 'user',
      reason: 'joined',
    });
    later.signalUser(userId, 'conversation_added', { conversation: { kind: 'dm', ...dm } });
  }
}
