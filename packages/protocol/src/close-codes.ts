/**
 * WebSocket close codes (RFC 6455 section 7.4). The range tells the client what to do, so that a new code needs no new
 * client: 4000-4099 come back at once with jitter, 4100-4199 come back later, 4400-4499 stay away until the person acts.
 */
export const CLOSE_CODES = {
  normal: { code: 1000, reason: 'bye' },
  going_away: { code: 1001, reason: 'node is draining' },
  too_large: { code: 1009, reason: 'frame too large' },
  heartbeat_timeout: { code: 4000, reason: 'no heartbeat' },
  slow_reader: { code: 4001, reason: 'reading too slowly, reconnect and catch up' },
  missed_changes: { code: 4002, reason: 'node may have missed changes, reconnect' },
  history_replaced: { code: 4003, reason: 'the database has another history, reconnect' },
  overloaded: { code: 4100, reason: 'node is busy, come back later' },
  malformed: { code: 4400, reason: 'malformed frame' },
  unsupported_version: { code: 4401, reason: 'unsupported protocol version' },
  session_revoked: { code: 4403, reason: 'signed out' },
  too_many_malformed: { code: 4404, reason: 'too many malformed frames' },
} as const satisfies Record<string, { code: number; reason: string }>;

export type CloseName = keyof typeof CLOSE_CODES;

/** What a client does after its connection was closed with `code`. */
export function afterClose(code: number): 'reconnect' | 'reconnect_later' | 'stay_away' {
  if (code >= 4400 && code < 4500) return 'stay_away';
  if (code >= 4100 && code < 4200) return 'reconnect_later';
  return 'reconnect';
}
