import { heapStats } from 'bun:jsc';
import { writeSync } from 'node:fs';

/** Preloaded into a measured process: SIGUSR2 collects its garbage and says so, with what is left on its heap. */
export const GC_DONE = 'garbage collected:';

/** Of JavaScriptCore: bytes that live, bytes of the blocks they lie in, and how many objects there are of each type. */
export type HeapStats = { size: number; capacity: number; objects: Record<string, number> };

process.on('SIGUSR2', () => {
  // Twice: what the first one finalizes is free only after the second.
  Bun.gc(true);
  Bun.gc(true);
  const { heapSize, heapCapacity, objectTypeCounts } = heapStats();
  const stats: HeapStats = { size: heapSize, capacity: heapCapacity, objects: objectTypeCounts };
  writeSync(2, `${GC_DONE} ${JSON.stringify(stats)}\n`);
});
