import type { MessageObject, SystemContent } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import { bodyOf, clock } from '../commands/message-text.ts';
import { actionOf } from '../language/action-text.ts';
import { noticeSentence } from '../language/notice-sentence.ts';
import { markOf } from '../view/ladder-mark.ts';

type Name = (userId: string) => string;

/** As far as the further lines of a text are indented, and the rows of a line that is too long (TERM-81). */
export const INDENT = '      ';

/** `12:03 alice: hello` and, indented, further lines of the text. Nothing here is escaped yet. */
export function messageLines(message: MessageObject, name: Name, mark = ''): string[] {
  const time = clock(message.created_at);
  if (message.type === 'system' && message.content !== null) {
    return [`${time} * ${noticeSentence(message.content as SystemContent, name)}`];
  }
  const body = bodyOf(message);
  const action = actionOf(body);
  const sender = name(message.sender_id);
  const [first = '', ...others] = (
    action === undefined ? `${sender}: ${body}` : `* ${sender} ${action}`
  ).split('\n');
  const reactions = message.reactions
    .map(({ emoji, count }) => `${emoji}${count > 1 ? count : ''}`)
    .join(' ');
  const tail = [message.edited_at === null ? '' : '(edited)', reactions, mark].filter((part) => part !== '');
  const lines = [`${time} ${first}`, ...others.map((line) => `${INDENT}${line}`)];
  const last = lines.length - 1;
  return lines.map((line, index) =>
    index === last && tail.length > 0 ? `${line}  ${tail.join(' ')}` : line,
  );
}

/** A message of a conversation: one's own has its mark. */
export function markedLines(
  conversation: Conversation,
  message: MessageObject,
  me: string,
  name: Name,
): string[] {
  const isMine = message.sender_id === me && message.type !== 'system';
  return messageLines(message, name, isMine ? markOf(conversation, message).text : '');
}
