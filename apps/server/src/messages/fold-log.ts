import type { LogEvents, MessageObject, ReactionObject } from '@tpx/protocol';
import { LIMITS } from '@tpx/protocol';
import type { LogEntry } from '../fanout/announcer.ts';

/** The messages among `entries` as they are after all of them, ascending by `seq`. */
export function foldLog(entries: readonly LogEntry[]): MessageObject[] {
  const messages = new Map<string, MessageObject>();
  for (const entry of entries) apply(messages, entry);
  return [...messages.values()];
}

/**
 * Whether folding can be trusted: past the users that a reaction names, nobody can tell whether an event that follows
 * is in its count already.
 */
export function isExact({ reactions }: MessageObject): boolean {
  return reactions.every(({ user_ids, count }) => count <= user_ids.length);
}

function apply(messages: Map<string, MessageObject>, entry: LogEntry): void {
  const payload: unknown = JSON.parse(entry.payload);
  switch (entry.event) {
    case 'message': {
      const { message } = payload as LogEvents['message'];
      messages.set(message.id, message);
      return;
    }
    case 'edited': {
      const { message } = payload as LogEvents['edited'];
      if (messages.has(message.id)) messages.set(message.id, message);
      return;
    }
    case 'deleted': {
      const message = messages.get((payload as LogEvents['deleted']).id);
      if (message)
        Object.assign(message, {
          content: null,
          encryption: null,
          mentions: [],
          reactions: [],
          deleted: true,
        });
      return;
    }
    case 'reaction': {
      const { id, emoji, user_id, on } = payload as LogEvents['reaction'];
      const message = messages.get(id);
      if (message) message.reactions = withReaction(message.reactions, emoji, user_id, on);
    }
  }
}

/** Setting a reaction that is shown already, or taking one that is not, leaves them as they are where that can be seen. */
function withReaction(
  reactions: ReactionObject[],
  emoji: string,
  userId: string,
  on: boolean,
): ReactionObject[] {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (!known) return on ? [...reactions, { emoji, user_ids: [userId], count: 1 }] : reactions;
  const shown = known.user_ids.includes(userId);
  if (shown === on) return reactions;
  const user_ids = on ? [...known.user_ids, userId] : known.user_ids.filter((id) => id !== userId);
  const count = known.count + (on ? 1 : -1);
  const changed = { emoji, user_ids: user_ids.slice(0, LIMITS.reactionUsersShown), count };
  return reactions.flatMap((reaction) => (reaction === known ? (count > 0 ? [changed] : []) : [reaction]));
}
