import { conversationTopic } from '@tpx/protocol';
import type { Access, AccessKey } from '../messages/access.ts';
import type { SessionRegistry } from './session-registry.ts';

/** What a channel knows of its user's access: all that rights depend on. */
export type JoinedAccess = Omit<Access, 'invisible' | 'blockers'>;

/**
 * The access of somebody who has the conversation joined on this node, from their channel, which is kept up to date. It
 * costs no query, and it is what lets recent history be read while Postgres is away.
 */
export function accessOfJoined(
  registry: SessionRegistry,
  { userId, conversationId }: AccessKey,
): JoinedAccess | undefined {
  for (const session of registry.of(userId)) {
    for (const kind of ['group', 'dm'] as const) {
      const channel = session.channels.get(conversationTopic(kind, conversationId));
      if (channel?.kind !== 'conversation') continue;
      const { standing, blocked, rightsVersion, deliveredSeq, readSeq } = channel;
      const { whoCanPost } = channel.conversation;
      return { kind, standing, blocked, whoCanPost, rightsVersion, deliveredSeq, readSeq };
    }
  }
  return undefined;
}
