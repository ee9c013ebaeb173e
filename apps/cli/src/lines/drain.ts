import type { Client } from '@tpx/sdk';

/** Waits until what was written is sent or refused, or the time is up. Gives how many messages wait on. */
export async function drain(client: Client, withinMs: number): Promise<number> {
  const unsent = () =>
    client.conversations.flatMap(({ outbox }) => outbox.filter(({ state }) => state === 'sending')).length;
  if (unsent() > 0 && withinMs > 0) {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      const stop = client.events.on('outbox', () => unsent() === 0 && done());
    });
  }
  return unsent();
}
