import type { ConversationId, ConversationKind, UserId } from '@tpx/protocol';
import { type Access, type AccessKey, requireReader } from '../../messages/access.ts';

export type ReadingDeps = {
  access: {
    load(
      key: AccessKey,
    ): Promise<Pick<Access, 'kind' | 'standing' | 'whoCanPost' | 'blocked' | 'rightsVersion'> | undefined>;
  };
};

/** The conversation of a path, for whoever may read it. @throws {Refusal} banned, not_member, not_found */
export async function readerOf(
  deps: ReadingDeps,
  userId: UserId,
  id: string,
  kind: ConversationKind,
): Promise<ConversationId> {
  const conversationId = id as ConversationId;
  const access = await deps.access.load({ userId, conversationId });
  requireReader(access?.kind === kind ? access : undefined);
  return conversationId;
}
