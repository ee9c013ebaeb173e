import { dlopen, type Pointer, read } from 'bun:ffi';
import { closeSync, constants, openSync } from 'node:fs';

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

type LibC = { flock(descriptor: number, operation: number): number; errno(): number };

const LOCK_EX = 2;
const LOCK_NB = 4;
const EINTR = 4;
const EWOULDBLOCK = process.platform === 'darwin' ? 35 : 11;

/** glibc, then musl. */
const LINUX_NAMES = [
  'libc.so.6',
  `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`,
  'libc.so',
];

let libC: LibC | undefined;

/** Locks a file, which is made where it is missing, or a folder. Null while another process has it. @throws {LocksUnsupported} */
export function tryLock(path: string, kind: 'file' | 'folder'): FileLock | null {
  libC ??= openLibC();
  // Open for writing, without which NFS refuses an exclusive lock.
  const flags = kind === 'folder' ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT;
  const descriptor = openSync(path, flags, 0o600);
  for (;;) {
    if (libC.flock(descriptor, LOCK_EX | LOCK_NB) === 0) {
      return { descriptor, release: () => closeSync(descriptor) };
    }
    const errno = libC.errno();
    if (errno === EINTR) continue;
    closeSync(descriptor);
    if (errno === EWOULDBLOCK) return null;
    throw new LocksUnsupported(`flock: error ${errno}`);
  }
}

function openLibC(): LibC {
  const flock = { args: ['int', 'int'], returns: 'int' } as const;
  const errnoAddress = { args: [], returns: 'ptr' } as const;
  if (process.platform === 'darwin') {
    const { symbols } = dlopen('libSystem.dylib', { flock, __error: errnoAddress });
    return { flock: symbols.flock, errno: () => readInt(symbols.__error()) };
  }
  for (const name of LINUX_NAMES) {
    try {
      const { symbols } = dlopen(name, { flock, __errno_location: errnoAddress });
      return { flock: symbols.flock, errno: () => readInt(symbols.__errno_location()) };
    } catch {
      // The next name.
    }
  }
  throw new LocksUnsupported(`there is no flock in ${LINUX_NAMES.join(', ')}`);
}

function readInt(address: Pointer | bigint | null): number {
  return typeof address === 'number' ? read.i32(address, 0) : 0;
}
