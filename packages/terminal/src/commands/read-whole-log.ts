import { LIMITS, type LogEvent, type MessageObject } from '@tpx/protocol';
import { type Conversation, PageWalk, type Rest } from '@tpx/sdk';

export type FoldedLog = {
  first: number;
  last: number;
  events: number;
  /** Where the next event does not follow: [last before, first after]. */
  gaps: [number, number][];
  messages: ReadonlyMap<string, MessageObject>;
};

/**
 * The log of a conversation from `from` on, folded into its messages. An event carries its message as it is now, so only
 * a deletion has to be applied; what came while this was being read is for the caller to ask again (spec TERM-25).
 * @throws {Refusal} @throws {NetworkError}
 */
export async function readWholeLog(
  rest: Rest,
  { kind, id }: Conversation,
  from: number,
  progress: (events: number) => void,
): Promise<FoldedLog> {
  // Retention takes from the front: what is gone there is no gap.
  const firstSeq = async () => (await rest.messages.history(kind, id, { limit: 1 })).first_seq;
  let first = Math.max(from, await firstSeq(), 1);
  const messages = new Map<string, MessageObject>();
  const gaps: [number, number][] = [];
  let last = first - 1;
  let events = 0;
  const walk = new PageWalk();
  for (let more = true; more; ) {
    const page = await rest.messages.events(kind, id, { after: last, limit: LIMITS.eventsPerPage });
    walk.took(page);
    for (const event of page.events) {
      // Where it begins later than was said, retention may have taken more meanwhile.
      if (last < first && event.seq > first) first = Math.min(event.seq, Math.max(first, await firstSeq()));
      if (event.seq !== Math.max(last + 1, first)) gaps.push([Math.max(last, first - 1), event.seq]);
      last = event.seq;
      fold(messages, event);
    }
    events += page.events.length;
    more = page.has_more;
    progress(events);
  }
  return { first, last, events, gaps, messages };
}

function fold(messages: Map<string, MessageObject>, event: LogEvent): void {
  if (event.event === 'message') messages.set(event.payload.message.id, event.payload.message);
  if (event.event === 'edited' && messages.has(event.payload.message.id))
    messages.set(event.payload.message.id, event.payload.message);
  const deleted = event.event === 'deleted' ? messages.get(event.payload.id) : undefined;
  if (deleted)
    messages.set(deleted.id, {
      ...deleted,
      content: null,
      encryption: null,
      mentions: [],
      reactions: [],
      deleted: true,
    });
}
