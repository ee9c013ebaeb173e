import { createServer, type Server } from 'node:net';

/** Below the ports that the kernel hands out itself (from 32,768 on Linux), so that no other socket gets one of them. */
const FIRST_PORT = 10_000;
const BLOCK_SIZE = 64;
const BLOCKS = 340;

/** Ports from `first` that this process owns, and how many of them it has returned. */
type Block = { first: number; used: number };

/** Servers that listen on the first port of each block until the process ends, so that no other process claims the block. */
const claims: Server[] = [];
let block: Promise<Block> | undefined;

/**
 * A port of 127.0.0.1 that nobody listens on, and that no other call returns: not in this process, and not in another
 * that uses this function meanwhile. So a server can be stopped and started again on its port.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    block ??= claimBlock();
    const claimed = block;
    const owned = await claimed;
    owned.used += 1;
    if (owned.used >= BLOCK_SIZE) {
      if (block === claimed) block = undefined;
      continue;
    }
    const port = owned.first + owned.used;
    const probe = await listen(port);
    if (probe === undefined) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

/** A block that no process owns. The kernel frees it when this process has ended. */
async function claimBlock(): Promise<Block> {
  for (let tried = 0; tried < BLOCKS; tried += 1) {
    const first = FIRST_PORT + ((process.pid + tried) % BLOCKS) * BLOCK_SIZE;
    const claim = await listen(first);
    if (claim === undefined) continue;
    claim.unref();
    claims.push(claim);
    return { first, used: 0 };
  }
  throw new Error(`All ports from ${FIRST_PORT} to ${FIRST_PORT + BLOCKS * BLOCK_SIZE - 1} are in use.`);
}

/** Undefined when the port is taken. */
async function listen(port: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
