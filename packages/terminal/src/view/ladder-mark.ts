import type { MessageObject } from '@tpx/protocol';
import type { StyleName } from '../themes/theme.ts';
import type { ConversationSource } from './sources.ts';

export type Mark = { text: string; style: StyleName };

/** How far one's own message has got (TERM-58): sent, D, R, with counts while only some of a group are there. */
export function markOf(conversation: ConversationSource, message: MessageObject): Mark {
  const { delivered, read, of } = conversation.reachOf(message);
  const some = (count: number) => (count >= of ? '' : ` ${count}/${of}`);
  if (read > 0) return { text: `R${some(read)}`, style: 'read' };
  if (delivered > 0) return { text: `D${some(delivered)}`, style: 'delivered' };
  return { text: 'sent', style: 'sent' };
}
