import { type ConversationId, type InviteBody, type InviteObject, Refusal, type UserId } from '@tpx/protocol';
import type { z } from 'zod';
import type { Database, Queries } from '../db/database.ts';
import { authorize, authorizeReading } from './authorize.ts';
import { newInviteCode } from './invite-code.ts';
import { type Page, toPage } from './page.ts';

type Deps = { database: Database };
type Where = { groupId: ConversationId; actorId: UserId };

type InviteRow = {
  code: string;
  group_id: string;
  created_by: string;
  expires_at: Date | null;
  max_uses: number | null;
  uses: number;
  created_at: Date;
};

const COLUMNS = 'code, group_id, created_by, expires_at, max_uses, uses, created_at';

/** `expires_in` in seconds. @throws {Refusal} not_found, not_member, banned, forbidden */
export function createInvite(
  deps: Deps,
  { groupId, actorId, expires_in, max_uses }: Where & z.output<typeof InviteBody>,
): Promise<InviteObject> {
  return deps.database.transaction(async (tx) => {
    await authorize(tx, groupId, actorId, 'invite');
    const [row] = await tx.query<InviteRow>(
      `INSERT INTO invites (code, group_id, created_by, expires_at, max_uses)
       VALUES ($1, $2, $3, now() + make_interval(secs => $4), $5) RETURNING ${COLUMNS}`,
      [newInviteCode(), groupId, actorId, expires_in ?? null, max_uses ?? null],
    );
    if (!row) throw new Error('an insert gave no row');
    return toInviteObject(row);
  });
}

/** All invites of a group, by code, those used up or expired too. @throws {Refusal} not_found, not_member, banned, forbidden */
export async function listInvites(
  deps: Deps,
  { groupId, actorId, after, limit }: Where & { after?: string | undefined; limit: number },
): Promise<Page<InviteObject, string>> {
  await authorizeReading(deps.database, groupId, actorId, 'invite');
  const rows = await deps.database.query<InviteRow>(
    `SELECT ${COLUMNS} FROM invites WHERE group_id = $1 AND ($2::text IS NULL OR code > $2) ORDER BY code LIMIT $3`,
    [groupId, after ?? null, limit + 1],
  );
  return toPage(rows, limit, toInviteObject, (row) => row.code);
}

/** @throws {Refusal} not_found, not_member, banned, forbidden */
export async function getInvite(
  deps: Deps,
  { groupId, actorId, code }: Where & { code: string },
): Promise<InviteObject> {
  await authorizeReading(deps.database, groupId, actorId, 'invite');
  const row = await findInvite(deps.database, groupId, code);
  if (!row) throw noSuchInvite();
  return toInviteObject(row);
}

/** @throws {Refusal} not_found, not_member, banned, forbidden */
export function deleteInvite(
  deps: Deps,
  { groupId, actorId, code }: Where & { code: string },
): Promise<void> {
  return deps.database.transaction(async (tx) => {
    await authorize(tx, groupId, actorId, 'invite');
    const gone = await tx.query('DELETE FROM invites WHERE group_id = $1 AND code = $2 RETURNING code', [
      groupId,
      code,
    ]);
    if (gone.length === 0) throw noSuchInvite();
  });
}

/** Counts one use, in the transaction that it lets somebody in with. @throws {Refusal} not_found, expired */
export async function spendInvite(tx: Queries, groupId: ConversationId, code: string): Promise<void> {
  // The wait for the group's lock may have outlasted the invite: the clock, not the transaction's beginning.
  const spent = await tx.query(
    `UPDATE invites SET uses = uses + 1
     WHERE code = $2 AND group_id = $1 AND (expires_at IS NULL OR expires_at > clock_timestamp())
       AND (max_uses IS NULL OR uses < max_uses)
     RETURNING code`,
    [groupId, code],
  );
  if (spent.length > 0) return;
  const invite = await findInvite(tx, groupId, code);
  if (!invite) throw noSuchInvite();
  const usedUp = invite.max_uses !== null && invite.uses >= invite.max_uses;
  throw new Refusal('expired', `This invite ${usedUp ? 'is used up' : 'has expired'}. Ask for a new one.`);
}

async function findInvite(
  queries: Queries,
  groupId: ConversationId,
  code: string,
): Promise<InviteRow | undefined> {
  const [row] = await queries.query<InviteRow>(
    `SELECT ${COLUMNS} FROM invites WHERE group_id = $1 AND code = $2`,
    [groupId, code],
  );
  return row;
}

function noSuchInvite(): Refusal {
  return new Refusal('not_found', 'There is no such invite to this group.');
}

function toInviteObject(row: InviteRow): InviteObject {
  return {
    ...row,
    expires_at: row.expires_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}
