import type { ConversationId, UserId } from '@tpx/protocol';

/** Who of a conversation's members shows as online. MUST leave out whoever chose to appear offline. */
export interface OnlineUsers {
  onlineIn(conversationId: ConversationId): Promise<readonly UserId[]>;
}
