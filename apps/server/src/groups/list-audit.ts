import type { AuditEntryObject, ConversationId, UserId } from '@tpx/protocol';
import { readAudit } from '../audit/read-audit.ts';
import type { Queries } from '../db/database.ts';
import { authorizeReading } from './authorize.ts';
import { type Page, toPage } from './page.ts';

type Deps = { database: Queries };
type List = { groupId: ConversationId; actorId: UserId; after?: number | undefined; limit: number };

/** A group's audit log, oldest first; `after` is a number in the chain. @throws {Refusal} not_found, not_member, banned, forbidden */
export async function listAudit(
  deps: Deps,
  { groupId, actorId, after, limit }: List,
): Promise<Page<AuditEntryObject, number>> {
  await authorizeReading(deps.database, groupId, actorId, 'read_audit');
  const rows = await readAudit(deps.database, groupId, after ?? 0, limit + 1);
  return toPage(
    rows,
    limit,
    (row) => row.entry,
    (row) => row.number,
  );
}
