import { Refusal } from '@tpx/protocol';

/** A push to a topic that the connection has not joined, or has not any more. */
export function notJoined(): Refusal {
  return new Refusal('not_found', 'Join this topic first.');
}
