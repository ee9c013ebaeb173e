import type { MessageObject } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import type { App } from '../app.ts';
import { messageLines } from '../text/message-lines.ts';

/** A message as it is shown wherever it is shown: one's own has its mark. */
export function markedLines(app: App, conversation: Conversation, message: MessageObject): string[] {
  const isMine = message.sender_id === app.me && message.type !== 'system';
  return messageLines(message, app.name, isMine ? markOf(conversation, message) : '');
}

/** One's own message's step of the ladder: sent, D, R, with counts while only some of a group are there. */
function markOf(conversation: Conversation, message: MessageObject): string {
  const { delivered, read, of } = conversation.reachOf(message);
  const some = (count: number) => (count === of ? '' : ` ${count}/${of}`);
  if (read > 0) return `R${some(read)}`;
  if (delivered > 0) return `D${some(delivered)}`;
  return 'sent';
}
