import {
  type ConversationId,
  type ConversationKind,
  EditBody,
  EventsAnswer,
  EventsQuery,
  HistoryAnswer,
  HistoryQuery,
  Id,
  LIMITS,
  type LogEvent,
  MessageAnswer,
  type MessageId,
  type MessageObject,
  MessageReceiptsAnswer,
  MessagesAnswer,
  PageQuery,
  SearchQuery,
  SendBody,
} from '@tpx/protocol';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import type { Announcer } from '../../fanout/announcer.ts';
import type { LiveConversations } from '../../fanout/live-conversations.ts';
import type { RateLimiter } from '../../limits/rate-limiter.ts';
import { requireReader } from '../../messages/access.ts';
import { deleteMessage } from '../../messages/delete-message.ts';
import { editMessage } from '../../messages/edit-message.ts';
import { charactersOfAll, readHistory } from '../../messages/history.ts';
import type { MessageWriter } from '../../messages/message-writer.ts';
import { charactersOf, eventsWithin, readLog } from '../../messages/read-log.ts';
import { loadMessageReceipts } from '../../messages/receipt-summary.ts';
import { searchMessages } from '../../messages/search.ts';
import { SearchSlots } from '../../messages/search-slots.ts';
import type { SearchKey } from '../../messages/search-walk.ts';
import { sendMessage } from '../../messages/send-message.ts';
import { type ReadingDeps, readerOf } from './conversation-reader.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { RestApp } from './rest-env.ts';
import { route } from './route.ts';

export type MessageRouteDeps = ReadingDeps & {
  database: Database;
  announcer: Announcer;
  live: LiveConversations;
  writer: MessageWriter;
  limiter: RateLimiter;
};

const tag = 'Messages';
/** The last millisecond that is written with four digits of the year, as Postgres wants it. */
const LATEST_TIME_MS = 253_402_300_799_999;
/** What a token of the bucket `search` pays for; a search that takes longer is charged for more of them. */
const SEARCH_MS_PER_TOKEN = 100;
const params = z.object({ id: Id });

/** The log of a conversation by REST: what the channels do too, through the same functions. */
export function registerMessageRoutes(app: RestApp, deps: MessageRouteDeps): void {
  registerLogRoutes(app, deps, 'group');
  registerLogRoutes(app, deps, 'dm');
  registerMessage(app, deps);
  registerSearch(app, deps);
}

function registerLogRoutes(app: RestApp, deps: MessageRouteDeps, kind: ConversationKind): void {
  const base = `/${kind}s/{id}` as const;
  const common = { method: 'get', tag, access: 'signed_in', limit: 'read', params } as const;
  const refusals = ['banned', 'not_member', 'not_found'] as const;

  route(
    app,
    {
      ...common,
      path: `${base}/messages`,
      summary: 'Messages as they are now, ascending by seq',
      query: HistoryQuery,
      answers: { 200: HistoryAnswer },
      refusals,
    },
    async ({ params: { id }, query, caller }) => {
      const conversationId = await readerOf(deps, caller.userId, id, kind);
      const range = { ...query, limit: query.limit ?? LIMITS.pageDefault };
      const onRead = (characters: number) => deps.limiter.chargePage('read', caller.userId, characters);
      return {
        status: 200 as const,
        body: await readHistory({ ...deps, onRead }, conversationId, kind, range),
      };
    },
  );

  route(
    app,
    {
      ...common,
      path: `${base}/events`,
      summary: 'The log itself: every event after a seq',
      query: EventsQuery,
      answers: { 200: EventsAnswer },
      refusals,
    },
    async ({ params: { id }, query, caller }) => {
      const conversationId = await readerOf(deps, caller.userId, id, kind);
      const limit = query.limit ?? LIMITS.eventsPerPage;
      const entries = await readLog(deps.database, conversationId, query.after ?? 0, limit + 1);
      deps.limiter.chargePage('read', caller.userId, charactersOf(entries));
      const events = eventsWithin(entries.slice(0, limit)).map((event) => JSON.parse(event) as LogEvent);
      return { status: 200 as const, body: { events, has_more: entries.length > events.length } };
    },
  );
}

function registerMessage(app: RestApp, deps: MessageRouteDeps): void {
  const common = { tag, access: 'signed_in' } as const;
  const rights = ['banned', 'not_member', 'forbidden', 'not_found'] as const;

  route(
    app,
    {
      ...common,
      method: 'post',
      path: '/messages/send',
      summary: 'Send a message; repeat it with the same client_id as often as you like',
      limit: 'send',
      body: SendBody,
      answers: { 201: MessageAnswer, 200: MessageAnswer },
      refusals: [...rights, 'blocked', 'unsupported_media'],
    },
    async ({ body: { group_id, dm_id, ...request }, caller }) => {
      const kind = group_id ? 'group' : 'dm';
      const conversationId = (group_id ?? dm_id) as ConversationId;
      const { userId } = caller;
      const access = await deps.access.load({ userId, conversationId });
      const writer = requireReader(access?.kind === kind ? access : undefined);
      const sent = await sendMessage(deps.writer, { ...writer, userId, conversationId, kind }, request);
      return {
        status: sent.duplicate ? (200 as const) : (201 as const),
        body: { message: sent.message.toJSON() as MessageObject },
      };
    },
  );

  route(
    app,
    {
      ...common,
      method: 'patch',
      path: '/messages/{id}',
      summary: 'Edit one of your messages',
      limit: 'change',
      params,
      body: EditBody,
      answers: { 200: MessageAnswer },
      refusals: [...rights, 'blocked', 'conflict'],
    },
    async ({ params: { id }, body, caller }) => ({
      status: 200 as const,
      body: { message: await editMessage(deps, caller.userId, id as MessageId, body) },
    }),
  );

  route(
    app,
    {
      ...common,
      method: 'delete',
      path: '/messages/{id}',
      summary: 'Delete a message; a tombstone stays',
      limit: 'change',
      params,
      answers: { 200: MessageAnswer },
      refusals: rights,
    },
    async ({ params: { id }, caller }) => ({
      status: 200 as const,
      body: { message: await deleteMessage(deps, caller.userId, id as MessageId) },
    }),
  );

  route(
    app,
    {
      ...common,
      method: 'get',
      path: '/messages/{id}/receipts',
      summary: 'Who has a message, and who has read it',
      limit: 'read',
      params,
      query: PageQuery,
      answers: { 200: MessageReceiptsAnswer },
      refusals: ['not_found'],
    },
    async ({ params: { id }, query, caller }) => {
      const page = { limit: query.limit ?? LIMITS.pageDefault, after: readCursor(Id, query.cursor) ?? null };
      const { next, ...receipts } = await loadMessageReceipts(
        deps.database,
        caller.userId,
        id as MessageId,
        page,
      );
      return { status: 200 as const, body: { ...receipts, cursor: writeCursor(next) } };
    },
  );
}

function registerSearch(app: RestApp, deps: MessageRouteDeps): void {
  const slots = new SearchSlots();
  route(
    app,
    {
      method: 'get',
      path: '/search',
      tag,
      summary: 'Full-text search in what you may read, newest first',
      description:
        'Words, "a phrase", -without, `or`. Encrypted messages are not searched. A page ends early where there is much to look through: while `cursor` is not null there may be more, also after a page without messages.',
      access: 'signed_in',
      limit: 'search',
      query: SearchQuery,
      answers: { 200: MessagesAnswer },
    },
    async ({ query, caller: { userId } }) => {
      const page = {
        q: query.q,
        conversationId: (query.group_id ?? query.dm_id ?? null) as ConversationId | null,
        before: toSearchKey(readCursor(SearchCursor, query.cursor)),
        limit: query.limit ?? LIMITS.pageDefault,
      };
      const { messages, next } = await slots.run(userId, async () => {
        const startedAt = performance.now();
        try {
          return await searchMessages(deps.database, userId, page);
        } finally {
          const tokens = Math.floor((performance.now() - startedAt) / SEARCH_MS_PER_TOKEN);
          deps.limiter.charge('search', userId, tokens);
        }
      });
      deps.limiter.chargePage('search', userId, charactersOfAll(messages));
      const cursor = writeCursor(next && [next.at, next.conversationId, next.seq]);
      return { status: 200 as const, body: { messages, cursor } };
    },
  );
}

const SearchCursor = z.tuple([z.int().min(0).max(LATEST_TIME_MS), Id, z.int().min(0)]);

function toSearchKey(cursor: z.output<typeof SearchCursor> | undefined): SearchKey | null {
  if (!cursor) return null;
  const [at, conversationId, seq] = cursor;
  return { at, conversationId: conversationId as ConversationId, seq };
}
