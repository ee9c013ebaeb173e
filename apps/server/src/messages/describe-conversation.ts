import { type ConversationId, type ConversationObject, Refusal } from '@tpx/protocol';
import type { LiveConversation } from '../fanout/live-conversation.ts';

/** In a crowd that comes in every moment brings a change; nobody waits for the end of it. */
const READS_MAX = 3;

/**
 * The group or DM of a live conversation as every member sees it, read and encoded once and kept until it changes: JSON
 * without its last brace, for what differs by member or moves with the log is the caller's to add.
 */
export function describeWith(
  load: (id: ConversationId) => Promise<ConversationObject | undefined>,
): (live: LiveConversation) => Promise<string> {
  return async (live) => {
    for (let reads = 1; ; reads++) {
      const description = live.description ?? read(live);
      const json = await description;
      // It changed while it was read: the join that waits for it would keep the old name.
      if (live.description === description || reads >= READS_MAX) return json;
    }
  };

  function read(live: LiveConversation): Promise<string> {
    const description = load(live.id).then((object) => {
      if (!object) throw new Refusal('not_found', 'This conversation is gone.');
      return JSON.stringify({
        ...object,
        role: undefined,
        first_seq: undefined,
        last_seq: undefined,
      }).slice(0, -1);
    });
    live.description = description;
    // What failed is asked for again.
    description.catch(() => {
      if (live.description === description) live.description = undefined;
    });
    return description;
  }
}
