import { ptr } from 'bun:ffi';
import { readdirSync } from 'node:fs';
import { openLibC } from '../db/lib-c.ts';

/** As long as a quiet HTTP connection is kept that did send something. */
const SILENT_MAX_MS = 10_000;

const SOL_TCP = 6;
const TCP_INFO = 11;
const ESTABLISHED = 1;
const SHUT_RDWR = 2;
/** Of `struct tcp_info` (linux/tcp.h), which only ever grows at its end. */
const STATE_AT = 0;
const LAST_DATA_RECEIVED_MS_AT = 52;
const BYTES_RECEIVED_AT = 128;
const INFO_BYTES = 136;
const ADDRESS_BYTES = 28;

const openSockets = () =>
  openLibC({
    getsockname: { args: ['int', 'ptr', 'ptr'], returns: 'int' },
    getsockopt: { args: ['int', 'int', 'int', 'ptr', 'ptr'], returns: 'int' },
    shutdown: { args: ['int', 'int'], returns: 'int' },
  }).symbols;

let libC: ReturnType<typeof openSockets> | undefined;

/**
 * Closes connections to `port` on which no byte has come for 10 s since they were opened, and tells how many. Bun gives
 * them no time limit: its own begins with the first byte. Linux only; it looks at every descriptor, so it is for when they
 * are short.
 */
export function closeSilentConnections(port: number): number {
  if (process.platform !== 'linux') return 0;
  libC ??= openSockets();
  let closed = 0;
  for (const descriptor of ownDescriptors()) {
    if (!isSilent(libC, descriptor, port)) continue;
    // The event loop finds the end of the stream and closes it as any other.
    libC.shutdown(descriptor, SHUT_RDWR);
    closed += 1;
  }
  return closed;
}

function isSilent(symbols: ReturnType<typeof openSockets>, descriptor: number, port: number): boolean {
  const address = Buffer.alloc(ADDRESS_BYTES);
  const length = new Uint32Array([ADDRESS_BYTES]);
  if (symbols.getsockname(descriptor, ptr(address), ptr(length)) !== 0) return false;
  // The port has the same place in an address of either family.
  if (address.readUInt16BE(2) !== port) return false;
  const info = Buffer.alloc(INFO_BYTES);
  length[0] = INFO_BYTES;
  if (symbols.getsockopt(descriptor, SOL_TCP, TCP_INFO, ptr(info), ptr(length)) !== 0) return false;
  return (
    length[0] >= INFO_BYTES &&
    info.readUInt8(STATE_AT) === ESTABLISHED &&
    info.readBigUInt64LE(BYTES_RECEIVED_AT) === 0n &&
    info.readUInt32LE(LAST_DATA_RECEIVED_MS_AT) >= SILENT_MAX_MS
  );
}

function ownDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch {
    // Not one is left to list them with. The next look has the spare ones.
    return [];
  }
}
