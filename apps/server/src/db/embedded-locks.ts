import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { type FileLock, LocksUnsupported, tryLock } from './file-lock.ts';

/**
 * The lock that PostgreSQL and all its processes inherit: while one of them runs, wherever, nobody else gets it. The
 * node's own lock is another one, so that a node that ended can be distinguished from its PostgreSQL that did not.
 */
export function clusterLockPath(dataDir: string): string {
  return join(dataDir, 'postgres.lock');
}

/**
 * Makes this node the one of the data folder (START-6), or says which one is. The folder itself is locked, which
 * nobody removes by accident and which is the same below every name; and a file in it, because NFS locks files only
 * between machines. Nothing has to be cleaned up after a `kill -9`.
 */
export function lockDataDir(dataDir: string): { release(): void } {
  const file = join(dataDir, 'node.lock');
  const held: FileLock[] = [];
  const release = () => {
    for (const lock of held.splice(0)) lock.release();
  };
  try {
    for (const [path, kind] of [
      [dataDir, 'folder'],
      [file, 'file'],
    ] as const) {
      const lock = lockOrExplain(path, kind, dataDir);
      if (lock === null) throw inUse(dataDir, file);
      held.push(lock);
    }
    // For the sentence alone: in another container the number is somebody else's.
    writeFileSync(file, `process ${process.pid} on ${hostname()}\n`);
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

/** @throws {EmbeddedPostgresError} where the file system has no locks: without them two nodes could destroy the data */
export function lockOrExplain(path: string, kind: 'file' | 'folder', dataDir: string): FileLock | null {
  try {
    return tryLock(path, kind);
  } catch (error) {
    if (!(error instanceof LocksUnsupported)) throw unusable(dataDir, error);
    throw new EmbeddedPostgresError(
      `The file system of ${dataDir} cannot lock files (${error.message}), so nothing would keep a second node away from the database: set TPX_DATA_DIR to a folder on a local disk, or TPX_DATABASE_URL to a server of your own.`,
    );
  }
}

/** Why nothing can be stored in the data folder. */
export function unusable(dataDir: string, error: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The data folder ${dataDir} cannot be used (${String(error)}): make it writable for this user, or set TPX_DATA_DIR to another.`,
  );
}

function inUse(dataDir: string, file: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `Another node (${readHolder(file)}) is using ${dataDir}. Stop it, or give this one its own folder with TPX_DATA_DIR.`,
  );
}

function readHolder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim() || 'just starting';
  } catch {
    return 'just starting';
  }
}
