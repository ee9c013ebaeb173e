import { readFileSync } from 'node:fs';

/** Bytes of the whole machine. */
export type KernelMemory = {
  /** Objects of the kernel: sockets, files, watches of epoll. */
  slab: number;
  /** What waits in the buffers of sockets. */
  socketBuffers: number;
  pageTables: number;
  /** All that is not available to a program that asks for it. */
  used: number;
};

const PAGE_BYTES = 4096;

export function kernelMemory(): KernelMemory {
  const memory = readFileSync('/proc/meminfo', 'utf8');
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(memory)?.[1] ?? 0) * 1024;
  const pages = Number(/^TCP:.* mem (\d+)/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1] ?? 0);
  return {
    slab: bytes('SUnreclaim'),
    socketBuffers: pages * PAGE_BYTES,
    pageTables: bytes('PageTables'),
    used: bytes('MemTotal') - bytes('MemAvailable'),
  };
}

/** TCP sockets of the whole machine that are in use: two a connection where both ends are here. */
export function socketsInUse(): number {
  return Number(/^TCP: inuse (\d+)/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1] ?? 0);
}
