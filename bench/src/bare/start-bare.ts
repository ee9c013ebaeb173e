import { join } from 'node:path';
import { freePort, until } from '@tpx/testkit';
import type { Place } from '../load/sockets.ts';
import { COLLECTABLE, type MeasuredProcess } from '../machine/measured-process.ts';

export type BareServer = MeasuredProcess & { place: Place } & AsyncDisposable;

export async function startBareServer(): Promise<BareServer> {
  const place = { host: '127.0.0.1', port: await freePort() };
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dirname, 'bare-server.ts'), String(place.port)],
    {
      env: { ...process.env, ...COLLECTABLE },
      stdio: ['ignore', 'inherit', 'pipe'],
    },
  );
  let output = '';
  const collect = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) output += decoder.decode(chunk);
  };
  void collect();
  await until(async () => (await fetch(`http://${place.host}:${place.port}/`)).ok, {
    what: 'the bare server to listen',
  });
  return {
    pid: child.pid,
    place,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}
