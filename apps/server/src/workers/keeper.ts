/** How often a process says over its channel that its event loop turns. */
export const BEAT_EVERY_MS = 1_000;

/** What a process tells the one that keeps it running: it serves, it lives, it ends on purpose. */
export type KeptMessage = 'ready' | 'beat' | 'ending';

/** For a worker that is its supervisor, for the process of `npm start` that is `scripts/keep-node.mjs`; others have none. */
export function tellKeeper(message: KeptMessage): void {
  if (process.connected) process.send?.(message);
}

/** Beats from now on. `onAlone` is called when the keeper is no more. */
export function beat(onAlone: () => void): void {
  if (!process.connected) return;
  const beating = setInterval(() => tellKeeper('beat'), BEAT_EVERY_MS);
  process.on('disconnect', () => {
    clearInterval(beating);
    onAlone();
  });
}
