import type { Row } from '../screen/screen.ts';
import { shorten, textWidth } from '../text/text-width.ts';
import { dayOf } from './day.ts';
import type { Look } from './look.ts';

export function dayLine(at: Date, { theme, width }: Look): Row {
  return [{ text: ruled(dayOf(at), width), style: theme.styles.day }];
}

/** Above the first message that was not read when the tab was left. */
export function unreadLine({ theme, width }: Look): Row {
  return [{ text: ruled('new', width), style: theme.styles.unread }];
}

function ruled(text: string, width: number): string {
  const label = shorten(` ${text} `, width);
  const left = Math.floor((width - textWidth(label)) / 2);
  return `${'─'.repeat(left)}${label}${'─'.repeat(width - left - textWidth(label))}`;
}
