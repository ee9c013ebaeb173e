import type {
  ConversationId,
  ConversationKind,
  MessageId,
  MessageObject,
  MessageType,
  SystemContent,
  UserId,
} from '@tpx/protocol';
import { Refusal } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { LogEntry } from '../fanout/announcer.ts';
import { toMessageObject } from './message-row.ts';

/** A message that has all but its place in the log. */
export type Draft = {
  id: MessageId;
  conversationId: ConversationId;
  kind: ConversationKind;
  senderId: UserId;
  clientId: string | null;
  type: MessageType;
  content: MessageObject['content'];
  encryption: MessageObject['encryption'];
  replyTo: string | null;
  /** Usernames as written after an @; those of members become the message's mentions. */
  mentionedNames: string[];
};

/** `seq` is null where the message that is replied to is not there. */
export type Appended = {
  id: string;
  seq: number | null;
  createdAt: Date;
  duplicate: boolean;
  mentions: string[];
};

type AppendedRow = {
  ord: string;
  id: string;
  seq: string | null;
  created_at: Date;
  duplicate: boolean;
  mentions: string[];
};

const APPEND = `SELECT ord, id, seq, created_at, duplicate, mentions
  FROM append_messages($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[],
                       $9::text[])`;

/** Stores a batch in one statement; entry i tells of draft i, undefined where its conversation is gone (spec LOG-2). */
export async function appendDrafts(
  queries: Queries,
  drafts: readonly Draft[],
): Promise<(Appended | undefined)[]> {
  const rows = await queries.query<AppendedRow>(APPEND, [
    drafts.map((draft) => draft.id),
    drafts.map((draft) => draft.conversationId),
    drafts.map((draft) => draft.senderId),
    drafts.map((draft) => draft.clientId),
    drafts.map((draft) => draft.type),
    drafts.map((draft) => JSON.stringify(draft.content)),
    drafts.map((draft) => (draft.encryption === null ? null : JSON.stringify(draft.encryption))),
    drafts.map((draft) => draft.replyTo),
    drafts.map((draft) => `{${draft.mentionedNames.join(',')}}`),
  ]);
  const appended: (Appended | undefined)[] = new Array(drafts.length).fill(undefined);
  for (const row of rows) {
    appended[Number(row.ord) - 1] = {
      id: row.id,
      seq: row.seq === null ? null : Number(row.seq),
      createdAt: row.created_at,
      duplicate: row.duplicate,
      mentions: row.mentions,
    };
  }
  return appended;
}

/** The message that a draft became. */
export function toStoredMessage(draft: Draft, appended: Appended): MessageObject {
  return toMessageObject(
    {
      conversation_id: draft.conversationId,
      seq: String(appended.seq),
      id: draft.id,
      client_id: draft.clientId,
      sender_id: draft.senderId,
      type: draft.type,
      content: draft.content,
      encryption: draft.encryption,
      reply_to: draft.replyTo,
      mentions: appended.mentions,
      reactions: [],
      created_at: appended.createdAt,
      edited_at: null,
      deleted_at: null,
    },
    draft.kind,
  );
}

/** `message` is the stored message's JSON. */
export function toLogEntry(draft: Draft, seq: number, message: string): LogEntry {
  const payload = `{"seq":${seq},"message":${message}}`;
  return { conversationId: draft.conversationId, kind: draft.kind, seq, event: 'message', payload };
}

/**
 * Appends a system notice inside the transaction of what it tells of. Call it last: it locks the conversation's row
 * until the commit. The entry is announced after the commit, by the caller.
 */
export async function appendNotice(
  tx: Queries,
  conversationId: ConversationId,
  content: SystemContent,
): Promise<LogEntry> {
  const draft: Draft = {
    id: Bun.randomUUIDv7() as MessageId,
    conversationId,
    kind: 'group',
    senderId: content.actor_id as UserId,
    clientId: null,
    type: 'system',
    content,
    encryption: null,
    replyTo: null,
    mentionedNames: [],
  };
  const [appended] = await appendDrafts(tx, [draft]);
  if (!appended || appended.seq === null) throw new Refusal('not_found', 'This group is gone.');
  return toLogEntry(draft, appended.seq, JSON.stringify(toStoredMessage(draft, appended)));
}
