import { Refusal } from '@tpx/protocol';
import type { Database } from '../db/database.ts';
import type { Announcer } from '../fanout/announcer.ts';
import { trimLogs } from './trim-logs.ts';

type Deps = {
  database: Database;
  announcer: Announcer;
  /** Told of what is a bug; a database that is away is not, the next pass does the work. */
  onError(error: unknown): void;
  now?: () => Date;
};

export type Retention = AsyncDisposable;

/** Trims logs at once and then `everyMs` after each pass has ended. Disposing waits for the batch under way. */
export function startRetention(deps: Deps, everyMs: number): Retention {
  const now = deps.now ?? (() => new Date());
  const stopping = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const pass = async (): Promise<void> => {
    try {
      await trimLogs(deps, now(), stopping.signal);
    } catch (error) {
      if (!(error instanceof Refusal)) deps.onError(error);
    }
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => {
      running = pass();
    }, everyMs);
  };
  let running = pass();

  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
