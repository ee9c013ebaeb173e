import type { ConversationId, UserId } from '@tpx/protocol';

/** Who of a conversation's members shows as online, ascending by id. MUST leave out users who chose to appear offline. */
export interface OnlineUsers {
  onlineIn(conversationId: ConversationId): Promise<readonly UserId[]>;
}
