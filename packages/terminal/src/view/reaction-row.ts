import type { ReactionObject } from '@tpx/protocol';
import type { Span } from '../screen/screen.ts';
import { safeLine } from '../text/safe-text.ts';
import { shorten, textWidth } from '../text/text-width.ts';
import type { Look } from './look.ts';

const EMOJI_WIDTH_MAX = 8;

/** All reactions in one row, the most first; what does not fit is counted. undefined where there are none. */
export function reactionRow(
  reactions: readonly ReactionObject[],
  me: string | undefined,
  { theme }: Look,
  width: number,
): Span[] | undefined {
  if (reactions.length === 0) return undefined;
  const sorted = [...reactions].sort((a, b) => b.count - a.count);
  const row: Span[] = [];
  let used = 0;
  for (const [index, { emoji, count, user_ids }] of sorted.entries()) {
    const text = `${shorten(safeLine(emoji), EMOJI_WIDTH_MAX)}${count > 1 ? ` ${count}` : ''}  `;
    const rest = ` +${sorted.length - index}`;
    const isLast = index === sorted.length - 1;
    if (used + textWidth(text) + (isLast ? 0 : rest.length) > width) {
      row.push({ text: shorten(rest.trimStart(), width - used), style: theme.styles.faint });
      return row;
    }
    const isMine = me !== undefined && user_ids.includes(me);
    row.push({ text, style: isMine ? theme.styles.reactionMine : theme.styles.reaction });
    used += textWidth(text);
  }
  return row;
}
