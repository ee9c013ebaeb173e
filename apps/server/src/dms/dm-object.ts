import type { ConversationId, DmObject } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';

/** A row as `DM_COLUMNS` selects it, from `dms` (alias d) and its conversation (alias c). */
export type DmRow = {
  id: string;
  user_a: string;
  user_b: string;
  first_seq: string;
  last_seq: string;
  last_message_at: Date | null;
};

export const DM_COLUMNS = 'd.id, d.user_a, d.user_b, c.first_seq, c.last_seq, c.last_message_at';

export function toDmObject(row: DmRow): DmObject {
  return {
    id: row.id,
    user_a: row.user_a,
    user_b: row.user_b,
    first_seq: Number(row.first_seq),
    last_seq: Number(row.last_seq),
    last_message_at: row.last_message_at?.toISOString() ?? null,
  };
}

/** Whether somebody may see it is the caller's to decide. */
export async function loadDm(queries: Queries, dmId: ConversationId): Promise<DmObject | undefined> {
  const [row] = await queries.query<DmRow>(
    `SELECT ${DM_COLUMNS} FROM dms d JOIN conversations c ON c.id = d.id WHERE d.id = $1`,
    [dmId],
  );
  return row && toDmObject(row);
}
