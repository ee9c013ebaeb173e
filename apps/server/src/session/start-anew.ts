import type { LiveConversations } from '../fanout/live-conversations.ts';
import type { SessionRegistry } from './session-registry.ts';

type Deps = {
  sessions: SessionRegistry;
  live: Pick<LiveConversations, 'dropAll'>;
  /** What else is kept in memory of Postgres. */
  forget: readonly (() => void)[];
};

/**
 * Postgres has another history (spec LOG-15): everything that came from it is forgotten, and clients come back to compare
 * what they hold. In this order: no client gets an event of the new history after one of the old.
 */
export function startAnew({ sessions, live, forget }: Deps): void {
  for (const session of sessions.all()) {
    session.accessVersion++;
    session.connection.close('history_replaced');
  }
  live.dropAll();
  for (const run of forget) run();
}
