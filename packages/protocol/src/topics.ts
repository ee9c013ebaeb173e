import { type ConversationId, isUuid, type UserId } from './ids.ts';

export type ConversationKind = 'group' | 'dm';

export type Topic = { kind: ConversationKind; id: ConversationId } | { kind: 'user'; id: UserId };

/** Phoenix's own topic for heartbeats. */
export const PHOENIX_TOPIC = 'phoenix';

export function conversationTopic(kind: ConversationKind, id: string): string {
  return `${kind}:${id}`;
}

export function userTopic(id: string): string {
  return `user:${id}`;
}

/** `undefined` for whatever is not a topic of ours. */
export function parseTopic(topic: string): Topic | undefined {
  const colon = topic.indexOf(':');
  const id = topic.slice(colon + 1);
  if (!isUuid(id)) return undefined;
  switch (topic.slice(0, colon)) {
    case 'group':
      return { kind: 'group', id: id as ConversationId };
    case 'dm':
      return { kind: 'dm', id: id as ConversationId };
    case 'user':
      return { kind: 'user', id: id as UserId };
    default:
      return undefined;
  }
}
