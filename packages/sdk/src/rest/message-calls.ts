import type { ConversationKind, DmObject, MessageObject } from '@tpx/protocol';
import type { EventsPage, HistoryPage, Page, PinsAnswer, ReceiptsAnswer } from './answers.ts';
import type { Call } from './call.ts';

export type NewMessage = {
  type: 'text' | 'image' | 'video' | 'audio' | 'file';
  content: { text: string } | { media_id: string; text?: string };
  client_id?: string;
  reply_to?: string | null;
  encryption?: Record<string, unknown> | null;
};
export type HistoryQuery = { before?: number; after?: number; limit?: number };
export type SearchQuery = Page & { q: string; group_id?: string; dm_id?: string };

type MessageAnswer = { message: MessageObject };

const inside = (kind: ConversationKind, id: string) => `/${kind}s/${encodeURIComponent(id)}`;
const at = (id: string, rest = '') => `/messages/${encodeURIComponent(id)}${rest}`;

export function messageCalls(call: Call) {
  return {
    openDm: (userId: string) => call<{ dm: DmObject }>('POST', '/dms', { body: { user_id: userId } }),
    dms: (page: Page = {}) =>
      call<{ dms: DmObject[]; cursor: string | null }>('GET', '/dms', { query: page }),
    /** Messages as they are now, ascending by `seq`. */
    history: (kind: ConversationKind, id: string, query: HistoryQuery = {}) =>
      call<HistoryPage>('GET', `${inside(kind, id)}/messages`, { query }),
    /** The log itself, ascending by `seq`. */
    events: (kind: ConversationKind, id: string, query: { after?: number; limit?: number } = {}) =>
      call<EventsPage>('GET', `${inside(kind, id)}/events`, { query }),
    send: (kind: ConversationKind, id: string, message: NewMessage) =>
      call<MessageAnswer>('POST', '/messages/send', { body: { [`${kind}_id`]: id, ...message } }),
    edit: (id: string, text: string) => call<MessageAnswer>('PATCH', at(id), { body: { content: { text } } }),
    delete: (id: string) => call<MessageAnswer>('DELETE', at(id)),
    /** Idempotent, both. */
    pin: (id: string) => call<MessageAnswer>('PUT', at(id, '/pin')),
    unpin: (id: string) => call<MessageAnswer>('DELETE', at(id, '/pin')),
    /** What was pinned last comes first. */
    pins: (kind: ConversationKind, id: string) => call<PinsAnswer>('GET', `${inside(kind, id)}/pins`),
    receipts: (id: string, query: Page = {}) => call<ReceiptsAnswer>('GET', at(id, '/receipts'), { query }),
    search: (query: SearchQuery) =>
      call<{ messages: MessageObject[]; cursor: string | null }>('GET', '/search', { query }),
  };
}
