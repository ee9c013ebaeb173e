import type { Screen } from '@tpx/terminal';
import { useLayoutEffect, useSyncExternalStore } from 'react';
import type { Frames } from './frames.ts';

/**
 * The face inside Ink: Ink mounts and unmounts it, and catches what it throws. It gives Ink nothing to lay out, because
 * laying a whole screen out again costs Ink more than a busy room leaves time for (docs/benchmarks.md); each picture goes
 * to the painter as it is.
 */
export function FullScreen({ frames, paint }: { frames: Frames; paint: (screen: Screen) => void }) {
  const screen = useSyncExternalStore(frames.subscribe, frames.current);
  useLayoutEffect(() => paint(screen), [screen, paint]);
  return null;
}
