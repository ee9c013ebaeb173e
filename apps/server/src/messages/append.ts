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
  ord: number;
  id: string;
  seq: string | null;
  created_at: Date;
  duplicate: boolean;
  mentions: string[];
};

const TYPES = ['uuid', 'uuid', 'integer', 'uuid', 'text', 'text', 'text', 'text', 'uuid', 'text'];
const appendText = (argument: (type: string, place: number) => string) =>
  `SELECT ord, id, seq, created_at, duplicate, mentions
   FROM append_messages(${TYPES.map((type, index) => argument(type, index + 1)).join(', ')}, $${TYPES.length + 1})`;
const APPEND = appendText((type, place) => `$${place}::${type}[]`);
/** A lone message, the common case of a quiet node, without the writing and reading of ten arrays. */
const APPEND_ONE = appendText((type, place) => `ARRAY[$${place}::${type}]`);

/** Stores a batch in one statement; entry i tells of draft i, undefined where its conversation is gone (spec LOG-2). */
export async function appendDrafts(
  queries: Queries,
  drafts: readonly Draft[],
): Promise<(Appended | undefined)[]> {
  const order = inOrderOfLocks(drafts);
  const sorted = order.map((index) => drafts[index] as Draft);
  const columns: unknown[][] = [
    sorted.map((draft) => draft.id),
    sorted.map((draft) => draft.conversationId),
    countByConversation(sorted),
    sorted.map((draft) => draft.senderId),
    sorted.map((draft) => draft.clientId),
    sorted.map((draft) => draft.type),
    sorted.map((draft) => JSON.stringify(draft.content)),
    sorted.map((draft) => (draft.encryption === null ? null : JSON.stringify(draft.encryption))),
    sorted.map((draft) => draft.replyTo),
    // Quoted: a bare `null` would be no name.
    sorted.map((draft) => `{${draft.mentionedNames.map((name) => `"${name}"`).join(',')}}`),
  ];
  const plain = sorted.every((draft) => draft.replyTo === null && draft.mentionedNames.length === 0);
  const isOne = sorted.length === 1;
  const rows = await queries.query<AppendedRow>(isOne ? APPEND_ONE : APPEND, [
    ...(isOne ? columns.map(([value]) => value) : columns),
    plain,
  ]);
  const appended: (Appended | undefined)[] = new Array(drafts.length).fill(undefined);
  for (const row of rows) {
    appended[order[row.ord - 1] as number] = {
      id: row.id,
      seq: row.seq === null ? null : Number(row.seq),
      createdAt: row.created_at,
      duplicate: row.duplicate,
      mentions: row.mentions,
    };
  }
  return appended;
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

/** Beside each draft, how many there are of its conversation. */
function countByConversation(drafts: readonly Draft[]): number[] {
  const counts = new Map<ConversationId, number>();
  for (const { conversationId } of drafts) counts.set(conversationId, (counts.get(conversationId) ?? 0) + 1);
  return drafts.map(({ conversationId }) => counts.get(conversationId) ?? 0);
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
  };
  const [appended] = await appendDrafts(tx, [draft]);
  if (!appended || appended.seq === null) throw new Refusal('not_found', 'This conversation is gone.');
  return toLogEntry(draft, appended.seq, JSON.stringify(toStoredMessage(draft, appended)));
}
