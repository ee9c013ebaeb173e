import type { MessageContent, MessageObject, SystemContent } from '@tpx/protocol';
import { noticeSentence } from './system-notice.ts';

/** `12:03` in local time. */
export function clock(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '--:--';
  return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
}

/** `12:03 alice: hello` and, indented, further lines of the text. Nothing here is escaped yet. */
export function messageLines(message: MessageObject, name: (userId: string) => string, mark = ''): string[] {
  const time = clock(message.created_at);
  if (message.type === 'system' && message.content !== null) {
    return [`${time} * ${noticeSentence(message.content as SystemContent, name)}`];
  }
  const [first = '', ...others] = bodyOf(message).split('\n');
  const reactions = message.reactions
    .map(({ emoji, count }) => `${emoji}${count > 1 ? count : ''}`)
    .join(' ');
  const tail = [message.edited_at === null ? '' : '(edited)', reactions, mark].filter((part) => part !== '');
  const lines = [`${time} ${name(message.sender_id)}: ${first}`, ...others.map((line) => `      ${line}`)];
  const last = lines.length - 1;
  return lines.map((line, index) =>
    index === last && tail.length > 0 ? `${line}  ${tail.join(' ')}` : line,
  );
}

/** The text, or what stands for it. */
export function bodyOf(message: MessageObject): string {
  if (message.deleted) return '(deleted)';
  if (message.encryption !== null) return '(encrypted: this client cannot read it)';
  const { text, media } = (message.content ?? {}) as MessageContent;
  if (message.type === 'text') return text ?? '';
  return [`[${message.type}${media?.filename ? ` ${media.filename}` : ''}]`, text ?? ''].join(' ').trim();
}

/** The beginning of a text, for a line that only refers to it. */
export function excerpt(text: string, max = 40): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}
