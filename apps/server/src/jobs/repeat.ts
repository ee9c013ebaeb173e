import { Refusal } from '@tpx/protocol';

/** Runs `work` every `everyMs` after it has ended. A database that is away is no error: the next turn does the work. */
export function repeat(
  work: () => Promise<unknown>,
  everyMs: number,
  onError: (error: unknown) => void,
): AsyncDisposable {
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  let timer: ReturnType<typeof setTimeout>;
  const turn = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal)) onError(error);
    }
    if (!stopped) schedule();
  };
  const schedule = () => {
    timer = setTimeout(() => {
      running = turn();
    }, everyMs);
  };
  schedule();
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
