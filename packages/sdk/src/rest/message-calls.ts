import {
  type ConversationKind,
  DmAnswer,
  type DmObject,
  DmsAnswer,
  EventsAnswer,
  HistoryAnswer,
  type MessageObject,
  MessageReceiptsAnswer,
  MessageAnswer as MessageShape,
  MessagesAnswer,
  PinsAnswer as PinsShape,
} from '@tpx/protocol';
import { checkOrder } from '../untrusted/check-order.ts';
import type { EventsPage, HistoryPage, Page, PinsAnswer, ReceiptsAnswer } from './answers.ts';
import type { Call } from './call.ts';

export type NewMessage = {
  type: 'text' | 'image' | 'video' | 'audio' | 'file';
  content: { text: string } | { media_id: string; text?: string };
  client_id?: string;
  reply_to?: string | null;
  /** Base64; `content` is then null. */
  encryption?: string | null;
};
export type HistoryQuery = { before?: number; after?: number; limit?: number };
export type SearchQuery = Page & { q: string; group_id?: string; dm_id?: string };

type MessageAnswer = { message: MessageObject };

const inside = (kind: ConversationKind, id: string) => `/${kind}s/${encodeURIComponent(id)}`;
const at = (id: string, rest = '') => `/messages/${encodeURIComponent(id)}${rest}`;

export function messageCalls(call: Call) {
  return {
    openDm: (userId: string) =>
      call<{ dm: DmObject }>('POST', '/dms', { body: { user_id: userId }, shape: DmAnswer }),
    dms: (page: Page = {}) =>
      call<{ dms: DmObject[]; cursor: string | null }>('GET', '/dms', { query: page, shape: DmsAnswer }),
    /** Messages as they are now, ascending by `seq`. */
    history: async (kind: ConversationKind, id: string, query: HistoryQuery = {}) => {
      const path = `${inside(kind, id)}/messages`;
      const page = await call<HistoryPage>('GET', path, { query, shape: HistoryAnswer });
      checkOrder(page.messages, page.has_more, query);
      return page;
    },
    /** The log itself, ascending by `seq`. */
    events: async (kind: ConversationKind, id: string, query: { after?: number; limit?: number } = {}) => {
      const path = `${inside(kind, id)}/events`;
      const page = await call<EventsPage>('GET', path, { query, shape: EventsAnswer });
      checkOrder(page.events, page.has_more, query);
      return page;
    },
    send: (kind: ConversationKind, id: string, message: NewMessage) =>
      call<MessageAnswer>('POST', '/messages/send', {
        body: { [`${kind}_id`]: id, ...message },
        shape: MessageShape,
      }),
    edit: (id: string, text: string) =>
      call<MessageAnswer>('PATCH', at(id), { body: { content: { text } }, shape: MessageShape }),
    delete: (id: string) => call<MessageAnswer>('DELETE', at(id), { shape: MessageShape }),
    /** Idempotent, both. */
    pin: (id: string) => call<MessageAnswer>('PUT', at(id, '/pin'), { shape: MessageShape }),
    unpin: (id: string) => call<MessageAnswer>('DELETE', at(id, '/pin'), { shape: MessageShape }),
    /** What was pinned last comes first. */
    pins: (kind: ConversationKind, id: string) =>
      call<PinsAnswer>('GET', `${inside(kind, id)}/pins`, { shape: PinsShape }),
    receipts: (id: string, query: Page = {}) =>
      call<ReceiptsAnswer>('GET', at(id, '/receipts'), { query, shape: MessageReceiptsAnswer }),
    search: (query: SearchQuery) =>
      call<{ messages: MessageObject[]; cursor: string | null }>('GET', '/search', {
        query,
        shape: MessagesAnswer,
      }),
  };
}
