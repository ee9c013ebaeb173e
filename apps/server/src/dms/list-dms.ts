import type { ConversationId, DmObject, UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { DM_COLUMNS, type DmRow, toDmObject } from './dm-object.ts';

type Deps = { database: Queries };

/** Where a page ended: the microsecond of the DM's last activity since 1970, and its id. */
export type DmPlace = { activeAt: string; id: ConversationId };

type List = { userId: UserId; after?: DmPlace | undefined; limit: number };

/**
 * Somebody's DMs, those with the latest message first; one without a message counts from when it was opened. One that
 * gets a message while its owner pages moves to the front, past a page already read: the log tells of it, not the list.
 */
export async function listDms(
  deps: Deps,
  { userId, after, limit }: List,
): Promise<{ items: DmObject[]; next: DmPlace | null }> {
  const rows = await deps.database.query<DmRow & { active_at: string; id: ConversationId }>(
    `SELECT * FROM (
       SELECT ${DM_COLUMNS}, (extract(epoch FROM coalesce(c.last_message_at, c.created_at)) * 1000000)::bigint AS active_at
       FROM members m JOIN dms d ON d.id = m.conversation_id JOIN conversations c ON c.id = d.id
       WHERE m.user_id = $1
     ) l
     WHERE $2::bigint IS NULL OR (l.active_at, l.id) < ($2::bigint, $3::uuid)
     ORDER BY l.active_at DESC, l.id DESC LIMIT $4`,
    [userId, after?.activeAt ?? null, after?.id ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toDmObject),
    next: rows.length > limit && last ? { activeAt: last.active_at, id: last.id } : null,
  };
}
