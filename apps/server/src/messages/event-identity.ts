import { Refusal } from '@tpx/protocol';
import type { Queries } from '../db/database.ts';
import type { EventPlace, LogPlace } from '../fanout/event-place.ts';

/** The `event_id` of a row of `changes`, alias h. Rows from before there was one get theirs from what never changes. */
export const CHANGE_EVENT_ID = `coalesce(h.event_id, md5(concat_ws(' ', h.conversation_id, h.seq, h.event, h.message_id,
  h.actor_id, extract(epoch FROM h.created_at)))::uuid)`;

const PLACES = `
  SELECT pg_is_in_recovery() AS is_standby, c.first_seq, c.last_seq, coalesce(
    (SELECT m.id FROM messages m WHERE m.conversation_id = k.id AND m.seq = k.seq),
    (SELECT ${CHANGE_EVENT_ID} FROM changes h WHERE h.conversation_id = k.id AND h.seq = k.seq)) AS event_id
  FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS k (id, seq, ord)
  LEFT JOIN conversations c ON c.id = k.id ORDER BY k.ord`;

type PlaceRow = {
  is_standby: boolean;
  first_seq: string | null;
  last_seq: string | null;
  event_id: string | null;
};

/**
 * Where each log begins and ends, and its event at a `seq`; undefined for a conversation that is gone.
 *
 * @throws {Refusal} `unavailable`, also from a standby: it may be behind, and what it lacks is not lost
 */
export async function loadLogPlaces(
  queries: Queries,
  places: readonly EventPlace[],
): Promise<(LogPlace | undefined)[]> {
  const rows = await queries.query<PlaceRow>(PLACES, [
    places.map(({ id }) => id),
    places.map(({ seq }) => seq),
  ]);
  if (rows[0]?.is_standby) throw new Refusal('unavailable', undefined, { retryAfterMs: 1_000 });
  return rows.map(({ first_seq, last_seq, event_id }) =>
    last_seq === null
      ? undefined
      : { firstSeq: Number(first_seq), lastSeq: Number(last_seq), eventId: event_id ?? undefined },
  );
}
