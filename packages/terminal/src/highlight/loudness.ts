import type { MessageContent, MessageObject, OwnUserObject } from '@tpx/protocol';
import type { Conversation } from '@tpx/sdk';
import type { NotifyLevel, Preferences } from '../preferences/preferences.ts';
import { matcherOf } from './highlight-rule.ts';

type Me = Pick<OwnUserObject, 'id' | 'username'>;
type Where = Pick<Conversation, 'topic' | 'kind'>;
type Heard = Pick<Preferences, 'highlights' | 'ignored' | 'notify' | 'defaultNotify'>;

/** What a message does beside being there (spec TERM-23). */
export type Loudness = {
  /** Folded away: neither shown nor counted. */
  hidden: boolean;
  /** Counts as unread. */
  counts: boolean;
  /** Coloured, and counts as a mention. */
  highlight: boolean;
  /** Worth a bell or a notification. */
  rings: boolean;
};

const SILENT: Loudness = { hidden: false, counts: false, highlight: false, rings: false };

export function loudness(where: Where, message: MessageObject, me: Me, preferences: Heard): Loudness {
  if (message.sender_id === me.id) return SILENT;
  if (isIgnored(message, preferences)) return { ...SILENT, hidden: true };
  if (message.type === 'system') return SILENT;
  const highlight = isHighlight(where, message, me, preferences);
  const level = notifyLevel(where, preferences);
  const rings = level === 'all' || (level === 'mentions' && highlight);
  return { hidden: false, counts: true, highlight, rings };
}

/** Mentioned, named, or called by a rule; by nobody whom one ignores, nor by oneself. */
export function isHighlight(where: Where, message: MessageObject, me: Me, preferences: Heard): boolean {
  if (message.sender_id === me.id || message.type === 'system' || message.deleted) return false;
  if (isIgnored(message, preferences)) return false;
  if (message.mentions.includes(me.id)) return true;
  const { text } = (message.content ?? {}) as MessageContent;
  if (text === undefined) return false;
  const rules = [...(me.username === null ? [] : [{ pattern: me.username }]), ...preferences.highlights];
  return rules.some((rule) => {
    const here = !('topic' in rule) || rule.topic === undefined || rule.topic === where.topic;
    return here && (matcherOf(rule)?.(text) ?? false);
  });
}

export function notifyLevel({ topic, kind }: Where, { notify, defaultNotify }: Heard): NotifyLevel {
  return notify[topic] ?? defaultNotify[kind];
}

function isIgnored({ sender_id, type }: MessageObject, { ignored }: Heard): boolean {
  return type !== 'system' && ignored.includes(sender_id);
}
