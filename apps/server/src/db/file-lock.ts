import { closeSync, constants, openSync } from 'node:fs';
import { openLibC } from './lib-c.ts';

/**
 * An exclusive flock(2). The kernel keeps it until the last copy of `descriptor` is closed, in this process and in
 * those that inherited it, however they end. It holds across pid namespaces (containers), where process ids mean nothing.
 */
export interface FileLock {
  readonly descriptor: number;
  release(): void;
}

/** The file system has no locks, as some network and user-space ones. */
export class LocksUnsupported extends Error {}

const LOCK_EX = 2;
const LOCK_NB = 4;
const EINTR = 4;
const EWOULDBLOCK = process.platform === 'darwin' ? 35 : 11;

const openFlock = () => openLibC({ flock: { args: ['int', 'int'], returns: 'int' } });

let libC: ReturnType<typeof openFlock> | undefined;

/** Locks a file, which is made where it is missing, or a folder. Null while another process has it. @throws {LocksUnsupported} */
export function tryLock(path: string, kind: 'file' | 'folder'): FileLock | null {
  libC ??= openFlock();
  // Open for writing, without which NFS refuses an exclusive lock.
  const flags = kind === 'folder' ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT;
  const descriptor = openSync(path, flags, 0o600);
  for (;;) {
    if (libC.symbols.flock(descriptor, LOCK_EX | LOCK_NB) === 0) {
      return { descriptor, release: () => closeSync(descriptor) };
    }
    const errno = libC.errno();
    if (errno === EINTR) continue;
    closeSync(descriptor);
    if (errno === EWOULDBLOCK) return null;
    throw new LocksUnsupported(`flock: error ${errno}`);
  }
}
