import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { gaugesOf } from './compose-gauges.ts';
import { repeat } from './jobs/repeat.ts';
import { DescriptorGuard } from './limits/descriptor-guard.ts';
import { MemoryWatch } from './limits/memory-watch.ts';
import { closeSilentConnections } from './limits/silent-connections.ts';
import type { HttpServer } from './transports/http-server.ts';

/** At the limit the event loop spins until the next look. */
const DESCRIPTORS_EVERY_MS = 250;
const MEMORY_EVERY_MS = 5_000;

type Deps = { http: HttpServer; registry: Registry; log: Logger; onError(error: unknown): void };

/** What this node may use up of its machine: descriptors and memory. */
export type Resources = {
  /** Before a connection is let in to stay. @throws {Refusal} `unavailable` where few descriptors are left */
  admit(): void;
  /** Looks from now on; to be called once the node listens. */
  watch(): AsyncDisposable[];
};

export function composeResources({ http, registry, log, onError }: Deps): Resources {
  const descriptors = new DescriptorGuard({
    listener: http,
    closeSilent: () => http.port !== undefined && closeSilentConnections(http.port),
    log,
  });
  const memory = new MemoryWatch({ log });
  const gauge = gaugesOf(registry);
  gauge('tpx_descriptors', 'File descriptors in use.', () => descriptors.used);
  gauge('tpx_descriptors_limit', 'As many as there may be (ulimit -n).', () => descriptors.limit ?? Infinity);
  gauge('tpx_accepting', 'Whether new connections are taken.', () => Number(descriptors.isAccepting));
  gauge(
    'tpx_memory_left_bytes',
    'Memory that is left, of the machine or of the tightest control group.',
    () => memory.left()?.leftBytes ?? Number.NaN,
  );
  gauge('tpx_memory_limit_bytes', 'Of how much.', () => memory.left()?.limitBytes ?? Number.NaN);
  return {
    admit: () => descriptors.admit(),
    watch: () => [
      repeat(async () => descriptors.check(), DESCRIPTORS_EVERY_MS, onError),
      repeat(async () => memory.check(), MEMORY_EVERY_MS, onError),
      { [Symbol.asyncDispose]: async () => descriptors.dispose() },
    ],
  };
}
