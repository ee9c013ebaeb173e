import { type ConversationId, type ConversationObject, Refusal } from '@tpx/protocol';
import type { LiveConversation } from '../fanout/live-conversation.ts';

/**
 * The group or DM of a live conversation as any member sees it, read once and kept until it changes; what differs by
 * member or moves with the log is the caller's to fill in.
 */
export function describeWith(
  load: (id: ConversationId) => Promise<ConversationObject | undefined>,
): (live: LiveConversation) => Promise<ConversationObject> {
  return (live) => {
    if (live.description) return live.description;
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
  };
}
