import { dlopen } from 'bun:ffi';

/**
 * CLOCK_MONOTONIC in microseconds since boot: the one clock that all processes of a machine read alike. `performance.now`
 * and `process.hrtime` count from each process's own start, and the wall clock may be set.
 */
export const monotonicMicros: () => number = open();

function open(): () => number {
  const isMac = process.platform === 'darwin';
  const library = dlopen(isMac ? 'libSystem.dylib' : 'libc.so.6', {
    clock_gettime: { args: ['int', 'ptr'], returns: 'int' },
  });
  const clock = isMac ? 6 : 1;
  // struct timespec: seconds, nanoseconds.
  const time = new BigInt64Array(2);
  const parts = new Uint32Array(time.buffer);
  return () => {
    library.symbols.clock_gettime(clock, time);
    // Seconds since boot fit 32 bits; reading the low halves spares two bigints a call.
    return (parts[0] ?? 0) * 1_000_000 + (parts[2] ?? 0) / 1000;
  };
}
