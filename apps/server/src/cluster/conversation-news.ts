import type { ConversationId, ConversationKind, LogEventName } from '@tpx/protocol';
import type { LogEntry } from '../fanout/announcer.ts';
import type { ToldChange } from './changes-bus.ts';
import type { PresenceNews } from './presence-news.ts';

/** What nodes tell each other about one conversation, on its subject. */
export type ConversationNews =
  | { type: 'logged'; entry: Omit<LogEntry, 'conversationId'> }
  /** Something may have been logged, and nobody knows what. */
  | { type: 'doubted' }
  /** Not logged: typing, receipts, a ping. */
  | { type: 'signal'; event: string; payload: string }
  | { type: 'presence'; nodeId: string; news: PresenceNews }
  /** This node wants to know whom of theirs the others have there. */
  | { type: 'presence_wanted'; nodeId: string }
  /** Only those who serve the conversation need to know. */
  | ({ type: 'changed' } & ToldChange);

export function conversationSubject(id: ConversationId): string {
  return `c.${id}`;
}

/**
 * One line that says what it is, then the payload as readers get it: it is encoded once, on the node where it happened,
 * and not parsed by those that pass it on.
 */
export function encodeNews(news: ConversationNews): string {
  switch (news.type) {
    case 'logged': {
      const { seq, kind, event, payload } = news.entry;
      return `logged ${seq} ${kind} ${event}\n${payload}`;
    }
    case 'doubted':
      return 'doubted\n';
    case 'signal':
      return `signal ${news.event}\n${news.payload}`;
    case 'presence':
      return `presence ${news.nodeId}\n${JSON.stringify(news.news)}`;
    case 'presence_wanted':
      return `presence_wanted ${news.nodeId}\n`;
    case 'changed':
      return `changed\n${JSON.stringify({ change: news.change, id: news.id })}`;
  }
}

/** Undefined for what a newer version says and this one does not know: nodes of both run side by side in an upgrade. */
export function decodeNews(text: string): ConversationNews | undefined {
  const end = text.indexOf('\n');
  const [type, first = '', second, third] = text.slice(0, end).split(' ');
  const payload = text.slice(end + 1);
  switch (type) {
    case 'logged':
      return {
        type,
        entry: {
          seq: Number(first),
          kind: second as ConversationKind,
          event: third as LogEventName,
          payload,
        },
      };
    case 'doubted':
      return { type };
    case 'signal':
      return { type, event: first, payload };
    case 'presence':
      return { type, nodeId: first, news: JSON.parse(payload) as PresenceNews };
    case 'presence_wanted':
      return { type, nodeId: first };
    case 'changed':
      return { type, ...(JSON.parse(payload) as ToldChange) };
    default:
      return undefined;
  }
}
