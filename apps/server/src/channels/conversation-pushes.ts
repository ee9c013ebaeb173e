import {
  type ConversationId,
  DeletePush,
  EditPush,
  HistoryPush,
  LIMITS,
  type MessageId,
  MessagePush,
  PingPush,
  type RateLimitName,
  RawJson,
  ReactPush,
  Refusal,
  requireRight,
  SeqPush,
  TypingPush,
} from '@tpx/protocol';
import type { z } from 'zod';
import type { Database } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import type { LiveConversations } from '../fanout/live-conversations.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import { requireWriter } from '../messages/access.ts';
import { deleteMessage } from '../messages/delete-message.ts';
import { editMessage } from '../messages/edit-message.ts';
import { readHistory } from '../messages/history.ts';
import type { MessageWriter } from '../messages/message-writer.ts';
import { react } from '../messages/react.ts';
import type { ReceiptBook } from '../messages/receipts.ts';
import { sendMessage } from '../messages/send-message.ts';
import type { SummaryBook } from '../messages/summary-book.ts';
import type { ConversationChannel } from './channel.ts';
import type { ChannelSession } from './channel-session.ts';
import { notJoined } from './not-joined.ts';
import { parsePayload } from './parse-payload.ts';
import { raiseMarks } from './raise-marks.ts';
import type { Signals } from './signals.ts';

export type PushDeps = {
  database: Database;
  announcer: Announcer;
  live: LiveConversations;
  writer: MessageWriter;
  receipts: ReceiptBook;
  summaries: SummaryBook;
  signals: Signals;
  limiter: RateLimiter;
};

type Context = {
  deps: PushDeps;
  session: ChannelSession;
  channel: ConversationChannel;
  conversationId: ConversationId;
};

/** An event that a member pushes: what it carries, whose bucket it draws on, what it does. Gives the reply's response. */
type Push<Schema extends z.ZodType> = {
  schema: Schema;
  limit: RateLimitName;
  run(context: Context, payload: z.output<Schema>): unknown;
  /** Whether a payload is, without a doubt, one that the schema takes as it is. */
  isPlain(payload: unknown): boolean;
};

const define = <Schema extends z.ZodType>(
  schema: Schema,
  limit: RateLimitName,
  run: Push<Schema>['run'],
  isPlain: Push<Schema>['isPlain'] = () => false,
): Push<Schema> => ({ schema, limit, run, isPlain });

/** Marks are most of what arrives in a room, and a schema is a quarter of what one costs. */
function isPlainSeq(payload: unknown): boolean {
  const { seq } = payload as { seq?: unknown };
  for (const name in payload as object) if (name !== 'seq') return false;
  return Number.isSafeInteger(seq) && (seq as number) >= 0;
}

export const CONVERSATION_PUSHES = {
  message: define(MessagePush, 'send', async ({ deps, session, channel, conversationId }, request) => {
    const { kind, whoCanPost, memberCount } = channel.conversation;
    const { standing, blocked, rightsVersion } = channel;
    const sender = {
      userId: session.userId,
      conversationId,
      kind,
      standing,
      whoCanPost,
      blocked,
      rightsVersion,
    };
    const sent = await sendMessage(deps.writer, sender, request);
    channel.rightsVersion = Math.max(channel.rightsVersion, sent.rightsVersion);
    if (memberCount > LIMITS.receiptsBroadcastMax)
      deps.summaries.await(channel.conversation, session.userId, sent);
    return new RawJson(`{"message":${sent.message.json}}`);
  }),
  edit: define(EditPush, 'change', async ({ deps, session, conversationId }, { id, ...edit }) => ({
    message: await editMessage(deps, session.userId, id as MessageId, edit, conversationId),
  })),
  delete: define(DeletePush, 'change', async ({ deps, session, conversationId }, { id }) => ({
    message: await deleteMessage(deps, session.userId, id as MessageId, conversationId),
  })),
  react: define(ReactPush, 'react', async ({ deps, session, conversationId }, { id, ...reaction }) => ({
    message: await react(deps, session.userId, { id: id as MessageId, ...reaction }, conversationId),
  })),
  typing: define(TypingPush, 'signal', ({ deps, session, channel }, { on }) => {
    requireWriter({ ...channel, whoCanPost: channel.conversation.whoCanPost });
    deps.signals.typing(session, channel, on);
    return {};
  }),
  delivered: define(
    SeqPush,
    'signal',
    (context, { seq }) => markWhenKnown(context, seq, markDelivered),
    isPlainSeq,
  ),
  read: define(SeqPush, 'signal', (context, { seq }) => markWhenKnown(context, seq, markRead), isPlainSeq),
  ping: define(PingPush, 'ping', ({ deps, session, channel }) => {
    requireWriter({ ...channel, whoCanPost: channel.conversation.whoCanPost });
    deps.signals.ping(session, channel);
    return {};
  }),
  history: define(
    HistoryPush,
    'read',
    async ({ deps, session, channel, conversationId }, { before, after, limit }) => {
      requireRight(channel.standing, 'read');
      const range = { before, after, limit: limit ?? LIMITS.pageDefault };
      const onRead = (characters: number) => deps.limiter.chargePage('read', session.userId, characters);
      const { messages, has_more } = await readHistory(
        { ...deps, onRead },
        conversationId,
        channel.conversation.kind,
        range,
      );
      return { messages, has_more };
    },
  ),
};

/**
 * Marks up to `seq`. A mark never passes the newest event that this node knows (spec RCP-2). The client may know a newer one,
 * which another node stored and which has not arrived here; this node reads it from Postgres first, which costs a token of
 * those for reading.
 */
function markWhenKnown(context: Context, seq: number, markTo: Marker): object | Promise<object> {
  const { deps, session, channel } = context;
  const { conversation, topic } = channel;
  if (seq <= conversation.lastSeq) {
    markTo(context, seq);
    return {};
  }
  deps.limiter.take('read', session.userId);
  return deps.live.reach(conversation, seq).then(() => {
    // Meanwhile the member may have left or been removed, or Postgres may have another history.
    const isJoined =
      session.channels.get(topic) === channel && deps.live.get(conversation.id) === conversation;
    if (!isJoined) throw notJoined();
    markTo(context, seq);
    return {};
  });
}

type Marker = (context: Context, seq: number) => void;

function markDelivered({ deps, session, channel }: Context, seq: number): void {
  mark(deps, session, channel, seq, channel.readSeq);
}

function markRead({ deps, session, channel }: Context, seq: number): void {
  if (mark(deps, session, channel, seq, seq)) deps.signals.readMarker(session, channel);
}

/** Marks only rise, on every device of their owner, and never past what there is. True where they did (spec RCP-2). */
function mark(
  deps: PushDeps,
  { userId, devices }: ChannelSession,
  own: ConversationChannel,
  delivered: number,
  read: number,
): boolean {
  const { conversation, topic } = own;
  const deliveredSeq = Math.min(Math.max(own.deliveredSeq, delivered, read), conversation.lastSeq);
  const readSeq = Math.min(Math.max(own.readSeq, read), conversation.lastSeq);
  if (deliveredSeq === own.deliveredSeq && readSeq === own.readSeq) return false;
  raiseMarks(devices ?? [], topic, deliveredSeq, readSeq);
  own.deliveredSeq = deliveredSeq;
  own.readSeq = readSeq;
  deps.receipts.mark(conversation, userId, deliveredSeq, readSeq);
  return true;
}

/**
 * The one way of a push: known event, within its bucket, valid payload; the rest is the event's. The token comes before
 * anything of the payload is looked at, so that pushes that are refused are limited as well (spec WS-24).
 * @throws {Refusal}
 */
export function runConversationPush(
  deps: PushDeps,
  session: ChannelSession,
  channel: ConversationChannel,
  event: string,
  payload: unknown,
): unknown {
  if (!Object.hasOwn(CONVERSATION_PUSHES, event)) {
    deps.limiter.take('frame', session.userId);
    const known = Object.keys(CONVERSATION_PUSHES).join(', ');
    throw new Refusal('invalid', `There is no event "${event.slice(0, 40)}" here. There are ${known}.`);
  }
  const push = CONVERSATION_PUSHES[event as keyof typeof CONVERSATION_PUSHES] as Push<z.ZodType>;
  deps.limiter.take(push.limit, session.userId);
  const valid = push.isPlain(payload) ? payload : parsePayload(push.schema, payload);
  return push.run({ deps, session, channel, conversationId: channel.conversation.id }, valid);
}
