import type { MessageObject } from '@tpx/protocol';
import { bodyOf } from '../commands/message-text.ts';
import { actionOf } from '../language/action-text.ts';
import { safeLine } from '../text/safe-text.ts';

/** No row is wider than that. */
const LENGTH_MAX = 400;

/** A message in one row, where another one or the line is about it. */
export function quoteText(message: MessageObject, name: (userId: string) => string): string {
  const body = bodyOf(message);
  const action = actionOf(body);
  const who = name(message.sender_id);
  return `↳ ${action === undefined ? `${who}: ` : `* ${who} `}${safeLine((action ?? body).slice(0, LENGTH_MAX))}`;
}
