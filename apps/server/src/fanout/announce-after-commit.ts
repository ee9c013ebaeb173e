import { type ConversationId, Refusal } from '@tpx/protocol';
import type { Database, Queries } from '../db/database.ts';
import type { Announcer, Change } from './announcer.ts';
import { recordChanges } from './change-feed.ts';

/**
 * Runs a transaction whose `later` keeps what it is told until the commit and then passes it on, in order. What is
 * rolled back is never announced. Changes are stored with the transaction, for nodes that do not hear of them. Where
 * Postgres goes away before it answers to the commit, the logs that were written to are in doubt (spec LOG-11).
 */
export async function announceAfterCommit<T>(
  deps: { database: Database; announcer: Announcer },
  run: (tx: Queries, later: Announcer) => Promise<T>,
): Promise<T> {
  const kept: ((announcer: Announcer) => void)[] = [];
  const changes: Change[] = [];
  let ids: readonly number[] = [];
  const logs = new Set<ConversationId>();
  const later: Announcer = {
    logged(entry) {
      logs.add(entry.conversationId);
      kept.push((announcer) => announcer.logged(entry));
    },
    inDoubt: (conversationId) => void kept.push((announcer) => announcer.inDoubt(conversationId)),
    changed(change) {
      const index = changes.push(change) - 1;
      kept.push((announcer) => announcer.changed(change, ids[index]));
    },
    signalUser: (userId, event, payload) =>
      void kept.push((announcer) => announcer.signalUser(userId, event, payload)),
  };
  try {
    const result = await deps.database.transaction(async (tx) => {
      const result = await run(tx, later);
      ids = await recordChanges(tx, changes);
      return result;
    });
    for (const announce of kept) announce(deps.announcer);
    return result;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unavailable') {
      for (const id of logs) deps.announcer.inDoubt(id);
    }
    throw error;
  }
}
