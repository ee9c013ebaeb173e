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
import { isUniqueViolation, type Queries } from '../db/database.ts';
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
  /** At which version of the conversation's rights the sender was allowed to send; null where that is not asked (AUTHZ-5). */
  rightsVersion: number | null;
};

/** `seq` is null where it is not stored: the message that is replied to is not there, or the sender may not send. */
export type Appended = {
  id: string;
  seq: number | null;
  createdAt: Date;
  duplicate: boolean;
  mentions: string[];
  /** The version of rights at which this sender is allowed to send now. */
  rightsVersion: number;
  /** The sender lost the right to send meanwhile. */
  refused: boolean;
};

type AppendedRow = {
  ord: number;
  id: string;
  seq: string | null;
  created_at: Date;
  duplicate: boolean;
  mentions: string[];
  rights: number;
  refused: boolean;
};

const APPEND = `SELECT ord, id, seq, created_at, duplicate, mentions, rights, refused FROM append_messages(
  $1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[],
  $10::text[], $11::uuid[], $12::text[], $13::integer[], $14)`;

/** What `append_messages` does for one plain message, without its arrays: most messages of a quiet node are stored so. */
const APPEND_ONE = `
  WITH log AS (
    UPDATE conversations SET last_seq = last_seq + 1, last_message_at = date_trunc('milliseconds', clock_timestamp())
    WHERE id = $1 AND ($8::integer IS NULL OR rights_version = $8) RETURNING last_seq, last_message_at
  )
  INSERT INTO messages (conversation_id, seq, id, client_id, sender_id, type, content, encryption_base64, created_at)
  SELECT $1, log.last_seq, $2, $3, $4, $5, $6::text::jsonb, $7, log.last_message_at FROM log
  RETURNING seq, created_at`;

/** Stores a batch in one statement; entry i tells of draft i, undefined where its conversation is gone (spec LOG-2). */
export async function appendDrafts(
  queries: Queries,
  drafts: readonly Draft[],
): Promise<(Appended | undefined)[]> {
  const [lone] = drafts;
  if (lone && drafts.length === 1 && isPlain(lone)) {
    try {
      const appended = await appendOne(queries, lone);
      // No such conversation, or other rights than those that were checked: the batch finds out.
      if (appended || lone.rightsVersion === null) return [appended];
    } catch (error) {
      // Its client_id was seen. Never so inside a transaction, which this would have ended: notices have none.
      if (!isUniqueViolation(error)) throw error;
    }
  }
  return appendBatch(queries, drafts);
}

async function appendOne(queries: Queries, draft: Draft): Promise<Appended | undefined> {
  const [row] = await queries.query<Pick<AppendedRow, 'seq' | 'created_at'>>(APPEND_ONE, [
    draft.conversationId,
    draft.id,
    draft.clientId,
    draft.senderId,
    draft.type,
    contentOf(draft),
    draft.encryption,
    draft.rightsVersion,
  ]);
  if (!row) return undefined;
  return {
    id: draft.id,
    seq: Number(row.seq),
    createdAt: row.created_at,
    duplicate: false,
    mentions: [],
    // What it was checked for is what it is, or there would be no row.
    rightsVersion: draft.rightsVersion ?? 0,
    refused: false,
  };
}

async function appendBatch(queries: Queries, drafts: readonly Draft[]): Promise<(Appended | undefined)[]> {
  const order = inOrderOfLocks(drafts);
  const sorted = order.map((index) => drafts[index] as Draft);
  const { logs, counts, logOf, places } = placesInLogs(sorted);
  const rows = await queries.query<AppendedRow>(APPEND, [
    logs,
    counts,
    logOf,
    places,
    sorted.map((draft) => draft.id),
    sorted.map((draft) => draft.senderId),
    sorted.map((draft) => draft.clientId),
    sorted.map((draft) => draft.type),
    sorted.map(contentOf),
    sorted.map((draft) => draft.encryption),
    sorted.map((draft) => draft.replyTo),
    // Quoted: a bare `null` would be no name.
    sorted.map((draft) => `{${draft.mentionedNames.map((name) => `"${name}"`).join(',')}}`),
    sorted.map((draft) => draft.rightsVersion),
    sorted.every(isPlain),
  ]);
  const appended: (Appended | undefined)[] = new Array(drafts.length).fill(undefined);
  for (const row of rows) {
    appended[order[row.ord - 1] as number] = {
      id: row.id,
      seq: row.seq === null ? null : Number(row.seq),
      createdAt: row.created_at,
      duplicate: row.duplicate,
      mentions: row.mentions,
      rightsVersion: row.rights,
      refused: row.refused,
    };
  }
  return appended;
}

function isPlain({ replyTo, mentionedNames }: Draft): boolean {
  return replyTo === null && mentionedNames.length === 0;
}

/** The column's NULL, not JSON's, where there is none. */
function contentOf({ content }: Draft): string | null {
  return content === null ? null : JSON.stringify(content);
}

/** Places in the batch, by conversation; within one they stay in the order in which they came (spec LOG-5). */
function inOrderOfLocks(drafts: readonly Draft[]): number[] {
  const order = drafts.map((_, index) => index);
  const conversationOf = (index: number) => drafts[index]?.conversationId ?? '';
  // UUIDs in text order as Postgres orders them: both go by their bytes.
  return order.sort((one, other) => {
    const [a, b] = [conversationOf(one), conversationOf(other)];
    return a < b ? -1 : a > b ? 1 : one - other;
  });
}

/**
 * The conversations of a sorted batch, each once, and how many messages it gets; for each message which of them is its,
 * counted from 1, and its place there.
 */
function placesInLogs(sorted: readonly Draft[]) {
  const logs: ConversationId[] = [];
  const counts: number[] = [];
  const logOf: number[] = [];
  const places: number[] = [];
  for (const { conversationId } of sorted) {
    if (logs.at(-1) !== conversationId) {
      logs.push(conversationId);
      counts.push(0);
    }
    const count = (counts.at(-1) ?? 0) + 1;
    counts[counts.length - 1] = count;
    logOf.push(logs.length);
    places.push(count);
  }
  return { logs, counts, logOf, places };
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
  kind: ConversationKind = 'group',
): Promise<LogEntry> {
  const draft: Draft = {
    id: Bun.randomUUIDv7() as MessageId,
    conversationId,
    kind,
    senderId: content.actor_id as UserId,
    clientId: null,
    type: 'system',
    content,
    encryption: null,
    replyTo: null,
    mentionedNames: [],
    // Who may do what the notice reports is decided under the same lock.
    rightsVersion: null,
  };
  const [appended] = await appendDrafts(tx, [draft]);
  if (!appended || appended.seq === null) throw new Refusal('not_found', 'This conversation is gone.');
  return toLogEntry(draft, appended.seq, JSON.stringify(toStoredMessage(draft, appended)));
}
