import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Debian puts it into a folder named after the architecture. */
function findLibrary(): string | undefined {
  const folders = process.platform === 'linux' ? readdirSync('/usr/lib', { withFileTypes: true }) : [];
  return folders
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join('/usr/lib', name, 'faketime', 'libfaketime.so.1'))
    .find((path) => Bun.file(path).size > 0);
}

const library = findLibrary();
export const hasFakeTime = library !== undefined;

const common = {
  LD_PRELOAD: library ?? '',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  FAKETIME_NO_CACHE: '1',
};

const SHARED = '/dev/shm';

/**
 * The library names its semaphore after the process. A killed one leaves it behind, and a later process of another user that
 * has the same id cannot open it, and ends.
 */
function removeLeftovers(): void {
  for (const name of readdirSync(SHARED)) {
    const pid = /^(?:sem\.)?faketime_(?:sem|shm)_(\d+)$/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      rmSync(join(SHARED, name), { force: true });
    } catch {
      // Another user's: a test that meets it fails with the library's message.
    }
  }
}

/** Variables under which a program's wall clock is off by so much (`+1d`). */
export function offBy(offset: string): Record<string, string> {
  removeLeftovers();
  return { ...common, FAKETIME: offset };
}

/** Variables under which a program's wall clock is off by what the file says now. */
export function offByFile(path: string): Record<string, string> {
  removeLeftovers();
  return { ...common, FAKETIME_TIMESTAMP_FILE: path };
}
