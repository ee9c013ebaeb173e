/** Payloads are written with their identity first: `seq`, then `event_id`, or the message that begins with its `id`. */
const IDENTITY = /^\{"seq":\d+,"(?:event_id|message":\{"id)":"([0-9a-f-]{36})"/;

/** Which event a payload of the log is, without parsing it; undefined where a node of an earlier version wrote it. */
export function eventIdIn(payload: string): string | undefined {
  return IDENTITY.exec(payload)?.[1];
}
