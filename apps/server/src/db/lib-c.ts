import { dlopen, type FFIFunction, type Pointer, read } from 'bun:ffi';

const isMac = process.platform === 'darwin';
const ERRNO_ADDRESS = isMac ? '__error' : '__errno_location';

/** glibc, then musl. */
const NAMES = isMac
  ? ['libSystem.dylib']
  : ['libc.so.6', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`, 'libc.so'];

/** Functions of the C library, and the error number of the last call that failed. @throws where there is none */
export function openLibC<const Functions extends Record<string, FFIFunction>>(functions: Functions) {
  for (const name of NAMES) {
    try {
      const { symbols } = dlopen(name, functions);
      const address = dlopen(name, { [ERRNO_ADDRESS]: { args: [], returns: 'ptr' } }).symbols[ERRNO_ADDRESS];
      return { symbols, errno: () => readInt(address?.() as Pointer | null | undefined) };
    } catch {
      // The next name.
    }
  }
  throw new Error(`The C library was not found as ${NAMES.join(', ')}.`);
}

function readInt(address: Pointer | null | undefined): number {
  return address ? read.i32(address, 0) : 0;
}
