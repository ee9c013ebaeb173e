import { type ConversationId, type ConversationObject, Refusal } from '@tpx/protocol';
import type { LiveConversation } from '../fanout/live-conversation.ts';

/** In a crowd that comes in every moment brings a change; nobody waits for the end of it. */
const READS_MAX = 3;

/**
 * The group or DM of a live conversation as any member sees it, read once and kept until it changes; what differs by
 * member or moves with the log is the caller's to fill in.
 */
export function describeWith(
  load: (id: ConversationId) => Promise<ConversationObject | undefined>,
): (live: LiveConversation) => Promise<ConversationObject> {
  return async (live) => {
    for (let reads = 1; ; reads++) {
      const description = live.description ?? read(live);
      const object = await description;
      // It changed while it was read: the join that waits for it would keep the old name.
      if (live.description === description || reads >= READS_MAX) return object;
    }
  };

  function read(live: LiveConversation): Promise<ConversationObject> {
    const description = load(live.id).then((object) => {
      if (!object) throw new Refusal('not_found', 'This conversation is gone.');
      return object;
    });
    live.description = description;
    // What failed is asked for again.
    description.catch(() => {
      if (live.description === description) live.description = undefined;
    });
    return description;
  }
}
