import { NetworkError } from '../trouble.ts';

type Range = { before?: number | undefined; after?: number | undefined };

/**
 * A page of a log is ascending, of what was asked for, and has something where it says that there is more: then anyone who
 * asks for the next page gets further with each. @throws {NetworkError} `bad_answer`
 */
export function checkOrder(
  items: readonly { seq: number }[],
  hasMore: boolean,
  { before, after }: Range,
): void {
  let last = after ?? 0;
  for (const { seq } of items) {
    if (seq <= last || (before !== undefined && seq >= before))
      throw new NetworkError('bad_answer', `The server's page of the log has #${seq} where it cannot be.`);
    last = seq;
  }
  if (hasMore && items.length === 0)
    throw new NetworkError('bad_answer', 'The server says that there is more of the log, and gives nothing.');
}
