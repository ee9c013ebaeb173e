import { writeSync } from 'node:fs';

/** Preloaded into a measured process: SIGUSR2 collects its garbage and says so, with what is left on its heap. */
export const GC_DONE = 'garbage collected:';

process.on('SIGUSR2', () => {
  // Twice: what the first one finalizes is free only after the second.
  Bun.gc(true);
  Bun.gc(true);
  writeSync(2, `${GC_DONE} ${process.memoryUsage().heapUsed}\n`);
});
