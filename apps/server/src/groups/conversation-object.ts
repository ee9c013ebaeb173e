import type { ConversationId, ConversationObject, UserId } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import { loadDm } from '../dms/dm-object.ts';
import { loadGroupObject } from './group-object.ts';

/** A conversation of either kind as `viewerId` sees it, undefined where there is none; rights are the caller's. */
export async function loadConversationObject(
  queries: Queries,
  conversationId: ConversationId,
  viewerId: UserId | null,
): Promise<ConversationObject | undefined> {
  const group = await loadGroupObject(queries, conversationId, viewerId);
  if (group) return { kind: 'group', ...group };
  const dm = await loadDm(queries, conversationId);
  return dm && { kind: 'dm', ...dm };
}
