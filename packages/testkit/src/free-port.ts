import { createServer } from 'node:net';

/**
 * A port of 127.0.0.1 that nobody listened on a moment ago. Somebody else may take it before it is used, which the
 * kernel's way of handing them out in turn makes rare; the server's own sentence about a taken port then shows.
 */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The system gave no free port.');
  return address.port;
}
