import { z } from 'zod';

/** Everything that a theme must say how to paint. */
export const STYLE_NAMES = [
  ...([
    'text',
    'faint',
    'time',
    'border',
    'nick',
    'me',
    'notice',
    'told',
    'error',
    'heading',
    'code',
  ] as const),
  ...(['highlight', 'link', 'quote', 'gone', 'unread', 'day'] as const),
  ...(['bar', 'barOpen', 'barUnread', 'barMention', 'topic', 'status', 'statusGood', 'statusBad'] as const),
  ...(['input', 'prompt', 'typing', 'sending', 'sent', 'delivered', 'read', 'failed'] as const),
  ...(['selected', 'match', 'list', 'listChosen', 'listFaint', 'reaction', 'reactionMine'] as const),
  ...(['online', 'away', 'offline'] as const),
] as const;

const color = z.templateLiteral(['#', z.string().regex(/^[0-9a-f]{6}$/)]);
const on = z.literal(true).exactOptional();
const style = z.strictObject({
  fg: color.exactOptional(),
  bg: color.exactOptional(),
  bold: on,
  dim: on,
  italic: on,
  underline: on,
  inverse: on,
  strike: on,
});

/** A theme file (spec TERM-51). A theme without a background has no colours at all. */
export const themeSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  help: z.string(),
  /** What the text stands on. Faces that own their surface paint it; a real terminal keeps its own. */
  background: color.exactOptional(),
  /** Colours for people's names; each must be readable on every ground that a name can stand on. */
  nicks: z.array(color),
  styles: z.strictObject(
    Object.fromEntries(STYLE_NAMES.map((name) => [name, style])) as Record<StyleName, typeof style>,
  ),
});

export type StyleName = (typeof STYLE_NAMES)[number];
export type Theme = z.infer<typeof themeSchema>;
