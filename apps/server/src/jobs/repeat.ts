import { Refusal } from '@tpx/protocol';

/**
 * Runs `work` at once, and again `everyMs` after each time it has ended. A database that is away is no error: the next
 * turn does the work. Disposing waits for the turn under way, whose `signal` tells it to come to an end.
 */
export function repeat(
  work: (signal: AbortSignal) => Promise<unknown>,
  everyMs: number,
  onError: (error: unknown) => void,
): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = async (): Promise<void> => {
    try {
      await work(signal);
    } catch (error) {
      if (!(error instanceof Refusal)) onError(error);
    }
    if (signal.aborted) return;
    timer = setTimeout(() => {
      running = turn();
    }, everyMs);
  };
  let running = turn();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
