import type { LogEvent, LogEvents, MessageObject, ReactionObject } from '@tpx/protocol';
import { LIMITS } from '@tpx/protocol';

/** A message and the `seq` up to which it is known: an event that it already reflects must not count twice. */
export type HeldMessage = { message: MessageObject; asOf: number };

/** What the event makes of the message that it is about; the message itself for one that it is not about. */
export function applyEvent(held: HeldMessage, event: LogEvent): HeldMessage {
  if (event.seq <= held.asOf) return held;
  switch (event.event) {
    case 'message':
      return held;
    case 'edited':
      return { message: event.payload.message, asOf: event.seq };
    case 'deleted':
      return { message: tombstone(held.message), asOf: event.seq };
    case 'reaction':
      return { message: react(held.message, event.payload), asOf: event.seq };
  }
}

/** The id of the message that the event is about. */
export function subjectOf(event: LogEvent): string {
  return event.event === 'message' || event.event === 'edited' ? event.payload.message.id : event.payload.id;
}

function tombstone(message: MessageObject): MessageObject {
  return { ...message, content: null, encryption: null, mentions: [], reactions: [], deleted: true };
}

function react(message: MessageObject, { emoji, user_id, on }: LogEvents['reaction']): MessageObject {
  const before: ReactionObject = message.reactions.find((one) => one.emoji === emoji) ?? {
    emoji,
    user_ids: [],
    count: 0,
  };
  const shown = before.user_ids.includes(user_id);
  const others = before.user_ids.filter((id) => id !== user_id);
  let after = before;
  if (on && !shown) {
    const room = before.user_ids.length < LIMITS.reactionUsersShown;
    after = { emoji, user_ids: room ? [...others, user_id] : others, count: before.count + 1 };
  }
  // Somebody who is not shown can only take a reaction back that is among those counted but not named.
  if (!on && (shown || before.count > before.user_ids.length)) {
    after = { emoji, user_ids: others, count: before.count - 1 };
  }
  if (after === before) return message;
  const known = message.reactions.some((one) => one.emoji === emoji);
  const reactions = known
    ? message.reactions.map((one) => (one.emoji === emoji ? after : one))
    : [...message.reactions, after];
  return { ...message, reactions: reactions.filter(({ count }) => count > 0) };
}
