import type { MessageContent, MessageObject, SystemContent } from '@tpx/protocol';
import { actionOf } from '../language/action-text.ts';
import { noticeSentence } from '../language/notice-sentence.ts';
import { wellFormed } from '../text/safe-text.ts';

/** The text, or what stands for it. Nothing here is escaped: whoever paints does that (TERM-2). */
export function bodyOf(message: MessageObject): string {
  if (message.deleted) return '(deleted)';
  if (message.encryption !== null) return '(encrypted: this client cannot read it)';
  const { text, media } = (message.content ?? {}) as MessageContent;
  if (message.type === 'text') return text ?? '';
  return [`[${message.type}${media?.filename ? ` ${media.filename}` : ''}]`, text ?? ''].join(' ').trim();
}

/** `#12 12:03 alice: hello`, with its reference in front, in one line. */
export function messageLine(message: MessageObject, name: (userId: string) => string): string {
  const head = `#${message.seq} ${clock(message.created_at)}`;
  if (message.type === 'system' && message.content !== null)
    return `${head} * ${noticeSentence(message.content as SystemContent, name)}`;
  const body = bodyOf(message);
  const action = actionOf(body);
  const said =
    action === undefined ? `${name(message.sender_id)}: ${body}` : `* ${name(message.sender_id)} ${action}`;
  const edited = message.edited_at !== null && !message.deleted ? '  (edited)' : '';
  return `${head} ${said.replaceAll('\n', ' ⏎ ')}${edited}`;
}

/** `12:03` in local time. */
export function clock(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '--:--';
  return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
}

/** `2026-11-24 12:03` in local time. */
export function dayAndClock(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '--';
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${day.join('-')} ${clock(iso)}`;
}

/** The beginning of a text, for a line that only refers to it. */
export function excerpt(text: string, max = 40): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > max ? `${wellFormed(line.slice(0, max - 1))}…` : line;
}

/** Those whose names a line about these messages needs. */
export function peopleIn(messages: readonly MessageObject[]): string[] {
  return messages.flatMap(({ sender_id, content, type }) => {
    if (type !== 'system' || content === null) return [sender_id];
    const { actor_id, user_id } = content as SystemContent;
    return user_id === undefined ? [actor_id] : [actor_id, user_id];
  });
}
