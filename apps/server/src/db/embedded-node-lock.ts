import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { processStart } from './embedded-process.ts';

interface Holder {
  readonly pid: number;
  readonly start: string;
}

/**
 * Takes `<dataDir>/node.lock` for this process or says who has it. A lock whose process has gone is taken over, so
 * nothing has to be cleaned up after a `kill -9`.
 */
export function lockDataDir(dataDir: string): { release(): void } {
  const path = join(dataDir, 'node.lock');
  const own = `${path}.${process.pid}`;
  const me: Holder = { pid: process.pid, start: processStart(process.pid) ?? '' };
  const text = JSON.stringify(me);
  writeFileSync(own, text);
  try {
    // link(2) makes the lock appear whole or not at all.
    while (!tryLink(own, path)) {
      const found = readOrNull(path);
      if (found !== null) clearStale(path, found, dataDir);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return {
    release: () => {
      if (readOrNull(path) === text) rmSync(path, { force: true });
    },
  };
}

function clearStale(path: string, found: string, dataDir: string): void {
  const holder = parseHolder(found);
  if (holder !== null && processStart(holder.pid) === holder.start) {
    throw new EmbeddedPostgresError(
      `Another node (process ${holder.pid}) is using ${dataDir}. Stop it, or give this one its own folder with TPX_DATA_DIR.`,
    );
  }
  // Of two nodes that found the same stale lock, one may have replaced it by now: move it away and look again.
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readOrNull(aside) !== found) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function parseHolder(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value)) return null;
    const { pid, start } = value;
    return typeof pid === 'number' && typeof start === 'string' ? { pid, start } : null;
  } catch {
    return null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
