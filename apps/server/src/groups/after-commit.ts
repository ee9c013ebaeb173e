import type { Database, Queries } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';

/**
 * Runs a transaction whose `later` keeps what it is told until the commit and then passes it on, in order. What is
 * rolled back is never announced.
 */
export async function announceAfterCommit<T>(
  deps: { database: Database; announcer: Announcer },
  run: (tx: Queries, later: Announcer) => Promise<T>,
): Promise<T> {
  const kept: ((announcer: Announcer) => void)[] = [];
  const later: Announcer = {
    logged: (entry) => void kept.push((announcer) => announcer.logged(entry)),
    inDoubt: (conversationId) => void kept.push((announcer) => announcer.inDoubt(conversationId)),
    changed: (change) => void kept.push((announcer) => announcer.changed(change)),
    signalUser: (userId, event, payload) =>
      void kept.push((announcer) => announcer.signalUser(userId, event, payload)),
  };
  const result = await deps.database.transaction((tx) => run(tx, later));
  for (const announce of kept) announce(deps.announcer);
  return result;
}
