import type { ConversationId } from '@tpx/protocol';
import { type ConversationState, LiveConversation } from './live-conversation.ts';
import { RingMemory } from './ring-memory.ts';

/** For a node without others, and with room for everything. */
export const ALONE = {
  listen: async () => undefined,
  unlisten: () => undefined,
  ringCharactersMax: Number.POSITIVE_INFINITY,
};

/** An empty group of two, or what `state` says of it. */
export function liveGroup(state: Partial<ConversationState> = {}): LiveConversation {
  const empty: ConversationState = {
    id: 'c' as ConversationId,
    kind: 'group',
    firstSeq: 1,
    lastSeq: 0,
    memberCount: 2,
    whoCanPost: 'all',
    peers: undefined,
    recent: [],
  };
  return new LiveConversation({ ...empty, ...state }, new RingMemory(Number.POSITIVE_INFINITY));
}
