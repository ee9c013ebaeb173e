import { LIMITS, Refusal } from '@tpx/protocol';

/**
 * The body, or undefined past `max` bytes, of which no more are ever held, whatever the client announces. All of it has to
 * arrive in time: with a byte now and then a client could keep what it has sent in memory for ever (spec REST-14).
 *
 * @throws {Refusal} `invalid` where it breaks off or is late
 */
export async function readBody(
  request: Request,
  max: number,
  withinMs: number = LIMITS.bodyWithinMs,
): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > max) return undefined;
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void reader.cancel().catch(() => undefined);
  }, withinMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) throw new Refusal('invalid', `A body has to arrive within ${withinMs / 1_000} s.`);
      if (done) break;
      size += value.length;
      if (size > max) {
        void reader.cancel().catch(() => undefined);
        return undefined;
      }
      chunks.push(value);
    }
  } catch (error) {
    // The client went away in the middle of it: nobody reads the answer, and it is no fault of the node's.
    if (request.signal.aborted) throw new Refusal('invalid', 'The request was broken off.');
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
