import type { Ending } from './ending.ts';
import { failuresAfter, respawnDelayMs } from './workers/respawn-delay.ts';

type Deps = {
  postgres: { readonly exited: Promise<string>; restart(): Promise<void> };
  ending: Ending;
  say(line: string): void;
};

/**
 * Starts an embedded PostgreSQL again whenever it ends by itself (START-10). Until it answers, the node treats it as any
 * PostgreSQL that is away: reads come from memory, and what would have to be stored is refused as `unavailable`.
 */
export async function keepPostgres({ postgres, ending, say }: Deps): Promise<never> {
  let failures = 0;
  for (;;) {
    const startedAt = performance.now();
    const reason = await postgres.exited;
    say(
      `The embedded PostgreSQL has ended (${reason}). It is started again; until then nothing can be stored.`,
    );
    failures = failuresAfter(failures, performance.now() - startedAt);
    for (;;) {
      await Bun.sleep(respawnDelayMs(failures));
      try {
        await postgres.restart();
        say('The embedded PostgreSQL runs again.');
        break;
      } catch (error) {
        if (!ending.hasBegun) say(`${(error as Error).message} It is tried again.`);
        failures = failuresAfter(failures, 0);
      }
    }
  }
}
