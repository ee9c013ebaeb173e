import { type ConversationId, type ConversationKind, type MessageObject, Refusal } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import type { LogEntry } from '../fanout/announcer.ts';
import type { LiveConversation } from '../fanout/live-conversation.ts';
import type { LiveConversations } from '../fanout/live-conversations.ts';
import { foldLog, isExact } from './fold-log.ts';
import { type History, type HistoryRange, loadHistory } from './read-messages.ts';

/** Text of one page of history. */
const PAGE_CHARACTERS_MAX = 524_288;

type Deps = {
  database: Database;
  live: Pick<LiveConversations, 'get' | 'acquire'>;
  /** How many characters were read for the page, also where it was cut short after that (spec LIM-4). */
  onRead?(characters: number): void;
};

/** A page of history: from the ring where it reaches far enough, from Postgres otherwise. @throws {Refusal} unavailable */
export async function readHistory(
  deps: Deps,
  id: ConversationId,
  kind: ConversationKind,
  range: HistoryRange,
): Promise<History & { first_seq: number; last_seq: number }> {
  const live = deps.live.get(id) ?? (await deps.live.acquire(id));
  // As of before the page was read: what is committed meanwhile may be missing from it, and must not be claimed.
  const { firstSeq, lastSeq } = live;
  const page = await readPage(deps.database, live, kind, range);
  deps.onRead?.(charactersOfAll(page.messages));
  const history = boundPage(page, range);
  return { ...history, first_seq: firstSeq, last_seq: lastSeq };
}

/** Cuts a page of long messages short, on the side away from where it was asked from (spec WS-19). */
function boundPage(page: History, { after }: HistoryRange): History {
  const forward = after !== undefined;
  const nearestFirst = forward ? page.messages : page.messages.toReversed();
  let left = PAGE_CHARACTERS_MAX;
  const kept = nearestFirst.findIndex((message) => {
    left -= charactersOf(message);
    return left < 0;
  });
  if (kept <= 0) return page;
  const messages = nearestFirst.slice(0, kept);
  return { messages: forward ? messages : messages.toReversed(), has_more: true };
}

/** Text of messages, as a page of them is charged for (spec LIM-4). */
export function charactersOfAll(messages: readonly MessageObject[]): number {
  return messages.reduce((sum, message) => sum + charactersOf(message), 0);
}

function charactersOf({ content, encryption }: MessageObject): number {
  const text = (content as { text?: string } | null)?.text?.length ?? 0;
  return text + (encryption?.length ?? 0);
}

async function readPage(
  database: Database,
  live: LiveConversation,
  kind: ConversationKind,
  range: HistoryRange,
): Promise<History> {
  const { page, whole } = pageOfRing(live, range);
  // Behind a gap waits what was acknowledged already: whoever sent it would miss it here.
  if (whole && !live.hasGap && page.messages.every(isExact)) return page;
  try {
    return await loadHistory(database, live.id, kind, range);
  } catch (error) {
    // Postgres is away: what the ring has is better than nothing, and says that there is more.
    if (error instanceof Refusal && page.messages.length > 0)
      return { ...page, has_more: page.has_more || !whole };
    throw error;
  }
}

/** What the ring has of a page; `whole` where that is all of it. */
function pageOfRing(live: LiveConversation, range: HistoryRange): { page: History; whole: boolean } {
  const entries = live.ring.all();
  const oldest = entries[0]?.seq ?? live.lastSeq + 1;
  const hasStart = oldest <= live.firstSeq;
  const { after, before = Number.POSITIVE_INFINITY, limit } = range;
  const isWanted = ({ event, seq }: LogEntry) => event === 'message' && seq > (after ?? 0) && seq < before;
  const found = entries.filter(isWanted);
  const wanted = new Set(after === undefined ? found.slice(-limit) : found.slice(0, limit));
  // Only what the page shows is decoded: a page of one message must not cost what the whole ring does.
  const [first] = wanted;
  const messages = foldLog(
    entries.filter(
      (entry) => wanted.has(entry) || (first && entry.event !== 'message' && entry.seq > first.seq),
    ),
  );
  const isCut = found.length > limit;
  if (after !== undefined)
    return { page: { messages, has_more: isCut }, whole: hasStart || after >= oldest - 1 };
  return { page: { messages, has_more: isCut || !hasStart }, whole: hasStart || found.length >= limit };
}
