import { dlopen } from 'bun:ffi';
import { closeSync, constants, openSync } from 'node:fs';

const LOCK_EX = 2;
const LOCK_NB = 4;

/** macOS; glibc; musl. */
const NAMES =
  process.platform === 'darwin'
    ? ['libSystem.dylib']
    : ['libc.so.6', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`, 'libc.so'];

/**
 * Takes an exclusive flock(2) of a file, which is made where it is missing, or of a folder, and keeps it until this
 * process ends, however it ends. It holds between containers, where process ids mean nothing. False where another process
 * has it. A system without such locks refuses nobody.
 */
export function flockForLife(path: string, kind: 'file' | 'folder'): boolean {
  const flock = findFlock();
  if (flock === undefined) return true;
  const flags = kind === 'folder' ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT;
  const descriptor = openSync(path, flags, 0o600);
  if (flock(descriptor, LOCK_EX | LOCK_NB) === 0) return true;
  closeSync(descriptor);
  return false;
}

function findFlock(): ((descriptor: number, operation: number) => number) | undefined {
  for (const name of NAMES) {
    try {
      return dlopen(name, { flock: { args: ['int', 'int'], returns: 'int' } }).symbols.flock;
    } catch {
      // The next name.
    }
  }
  return undefined;
}
