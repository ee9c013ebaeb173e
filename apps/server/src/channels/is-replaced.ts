import { Refusal } from '@tpx/protocol';
import type { LiveConversation } from '../fanout/live-conversation.ts';
import type { JoinDeps, Position } from './join-conversation.ts';

/**
 * Whether a client holds another history than Postgres: its newest event is another one there, or beyond the end. A log
 * that begins after it is none: retention removed it (spec WS-30). Where this node knows the event it asks nobody.
 *
 * @throws {Refusal} `unavailable` where Postgres has to be asked and is away, or this node is behind it
 */
export async function isReplaced(
  { live: conversations, places, doubtHistory }: Pick<JoinDeps, 'live' | 'places' | 'doubtHistory'>,
  live: LiveConversation,
  { seq, eventId }: Position,
): Promise<boolean> {
  if (seq > live.lastSeq) {
    await conversations.reach(live, seq);
    if (seq > live.lastSeq) return await isBeyondEnd();
  }
  if (eventId === undefined || seq === 0 || seq < live.firstSeq) return false;
  const held = live.ring.eventIdAt(seq);
  if (held === eventId) return false;
  const place = await places.load({ id: live.id, seq });
  if (!place || seq < place.firstSeq) return false;
  // It is this node that holds what is no more.
  if (held !== undefined && held !== place.eventId) throw behind();
  return place.eventId !== eventId;

  async function isBeyondEnd(): Promise<boolean> {
    const place = await places.load({ id: live.id, seq });
    if (place && place.lastSeq >= seq) throw behind();
    return place !== undefined;
  }

  /** The client is sent away with this node's other ones, or asks again. */
  function behind(): Refusal {
    doubtHistory(live.id);
    return new Refusal('unavailable', undefined, { retryAfterMs: 500 });
  }
}
