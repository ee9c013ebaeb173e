import type { MessageContent, MessageObject, SystemContent } from '@tpx/protocol';
import { bodyOf } from '../commands/message-text.ts';
import { actionOf } from '../language/action-text.ts';
import { noticeSentence } from '../language/notice-sentence.ts';
import type { Row, Span } from '../screen/screen.ts';
import { safeLine, safeText } from '../text/safe-text.ts';
import { shorten } from '../text/text-width.ts';
import { wrap } from '../text/wrap.ts';
import { nickStyle } from '../themes/nick-style.ts';
import { clockOf } from './day.ts';
import type { Mark } from './ladder-mark.ts';
import { linkedSpans } from './linked-spans.ts';
import type { Look } from './look.ts';
import { type Margin, marginOf } from './margin.ts';
import { quoteText } from './quote-text.ts';
import { reactionRow } from './reaction-row.ts';
import { onGroundRow } from './spans.ts';

/** What a message looks like depends on more than itself. */
export type MessageView = {
  look: Look;
  me: string | undefined;
  name: (userId: string) => string;
  /** The one before is of the same person and just before: the name is not repeated. */
  grouped: boolean;
  selected: boolean;
  highlight: boolean;
  /** Of one's own. */
  mark: Mark | undefined;
  milliseconds: number | undefined;
  /** What it replies to, where this device holds it. */
  quoted: MessageObject | undefined;
};

/** A longer message is folded until it is picked out. */
const ROWS_MAX = 60;

export function messageRows(message: MessageObject, view: MessageView): Row[] {
  const { look, selected, highlight } = view;
  const { styles } = look.theme;
  const margin = marginOf(look, {
    time: clockOf(new Date(message.created_at), look.seconds),
    nick: nickOf(message, view),
    grouped: view.grouped && !selected,
    press: `message ${message.id}`,
  });
  const rows = [...quoteRows(message, view), ...bodyRows(message, view, margin)];
  const laidOut = margin
    .lay(selected ? rows : folded(rows, look))
    .map((row) =>
      selected
        ? onGroundRow(row, styles.selected, look.width)
        : highlight
          ? onGroundRow(row, styles.highlight, look.width)
          : row,
    );
  const reactions = reactionRow(message.reactions, view.me, look, margin.textWidth);
  return reactions ? [...laidOut, ...margin.below([reactions])] : laidOut;
}

export type PendingView = {
  look: Look;
  at: Date;
  mark: Mark;
  me: string | undefined;
  name: (userId: string) => string;
  selected: boolean;
  press?: string;
};

/** A message of this device that the server has not acknowledged. */
export function pendingRows(text: string, { look, at, mark, me, name, selected, press }: PendingView): Row[] {
  const { styles } = look.theme;
  const margin: Margin = marginOf(look, {
    time: clockOf(at, look.seconds),
    nick: { text: name(me ?? ''), style: styles.me },
    grouped: false,
    ...(press !== undefined && { press }),
  });
  const lines = safeText(text).split('\n');
  const spans = lines.map((line, index) => [
    ...(index === 0 ? margin.lead : []),
    ...linkedSpans(line, styles.text, styles.link),
    ...(index === lines.length - 1 ? [{ text: `  ${mark.text}`, style: styles[mark.style] }] : []),
  ]);
  const rows = spans.flatMap((line) => wrap(line, margin.textWidth));
  return selected
    ? margin.lay(rows).map((row) => onGroundRow(row, styles.selected, look.width))
    : margin.lay(folded(rows, look));
}

/** What stands under a name; what somebody does, and what happened, has a star in its place. */
export function isSaid({ type, content }: MessageObject): boolean {
  const text = (content as MessageContent | null)?.text;
  return type !== 'system' && (text === undefined || actionOf(text) === undefined);
}

function nickOf(message: MessageObject, { look, name, me }: MessageView): Span {
  const { styles } = look.theme;
  if (!isSaid(message)) return { text: '*', style: styles.notice };
  const { sender_id } = message;
  const style = sender_id === me ? styles.me : nickStyle(look.theme, sender_id);
  return { text: name(sender_id), style, press: `nick ${sender_id}` };
}

function bodyRows(message: MessageObject, view: MessageView, { lead, textWidth }: Margin): Span[][] {
  const lines = bodyLines(message, view);
  lines[0] = [...lead, ...(lines[0] ?? [])];
  lines[lines.length - 1] = [...(lines.at(-1) ?? []), ...tailOf(message, view)];
  return lines.flatMap((line) => wrap(line, textWidth));
}

function bodyLines(message: MessageObject, { look, name }: MessageView): Span[][] {
  const { styles } = look.theme;
  if (message.type === 'system' && message.content !== null) {
    return [
      [{ text: safeLine(noticeSentence(message.content as SystemContent, name)), style: styles.notice }],
    ];
  }
  const body = bodyOf(message);
  if (message.deleted || message.encryption !== null) return [[{ text: body, style: styles.gone }]];
  const action = actionOf(body);
  const lines = safeText(action ?? body)
    .split('\n')
    .map((line) => linkedSpans(line, styles.text, styles.link));
  if (action === undefined) return lines;
  const actor = { text: name(message.sender_id), style: nickStyle(look.theme, message.sender_id) };
  return [[actor, { text: ' ', style: styles.text }, ...(lines[0] ?? [])], ...lines.slice(1)];
}

function tailOf(message: MessageObject, { look, mark, milliseconds }: MessageView): Span[] {
  const { styles } = look.theme;
  const tail: Span[] = [];
  if (message.edited_at !== null && !message.deleted) tail.push({ text: ' (edited)', style: styles.faint });
  if (mark) tail.push({ text: `  ${mark.text}`, style: styles[mark.style] });
  if (look.milliseconds && milliseconds !== undefined)
    tail.push({ text: `  ${milliseconds} ms`, style: styles.faint });
  return tail;
}

function quoteRows({ reply_to }: MessageObject, { look, name, quoted }: MessageView): Span[][] {
  if (reply_to === null) return [];
  const { styles } = look.theme;
  const text = quoted ? quoteText(quoted, name) : '↳ a message that is not here';
  return [
    [{ text: shorten(text, look.width - look.indent), style: styles.quote, press: `message ${reply_to}` }],
  ];
}

function folded(rows: Span[][], look: Look): Span[][] {
  if (rows.length <= ROWS_MAX) return rows;
  const more: Span = {
    text: `… ${rows.length - ROWS_MAX + 1} more rows: pick it out to see them`,
    style: look.theme.styles.faint,
  };
  return [...rows.slice(0, ROWS_MAX - 1), [{ ...more, text: shorten(more.text, look.width - look.indent) }]];
}
