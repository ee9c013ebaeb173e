import { inspect } from 'node:util';
import pino, { type Logger } from 'pino';
import { type Config, ConfigError, readConfig } from './config/config.ts';
import { secretsHider } from './config/secrets.ts';
import { unprotectedListener, unprotectedServices } from './config/unprotected.ts';
import type { DatabaseAddress } from './db/bun-database.ts';
import { launchAs } from './db/embedded-account.ts';
import { EmbeddedPostgresError } from './db/embedded-error.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './db/embedded-postgres.ts';
import { Ending } from './ending.ts';
import { greeting } from './greeting.ts';
import { keepPostgres } from './keep-postgres.ts';
import { StartError, toStartError } from './start-error.ts';
import { startNode } from './start-node.ts';
import { beat, tellKeeper } from './workers/keeper.ts';
import { claimPort } from './workers/shared-port.ts';
import { Supervisor } from './workers/supervisor.ts';
import {
  awaitOrders,
  shareMetrics,
  WORKER_DRAIN_WITHIN_MS,
  WorkerProcess,
} from './workers/worker-process.ts';

const DRAIN_WITHIN_MS = 10_000;
/** How a supervisor calls this program. */
const AS_WORKER = '--worker';

const hide = secretsHider(process.env);
const say = (line: string) => console.log(hide(line));

/** `npm start`: one node, with its own PostgreSQL where none is configured. */
async function runAlone(config: Config, log: Logger): Promise<void> {
  const { address, postgres } = await findDatabase(config);
  const node = await startNode({ config, address, log }).catch(async (error) => {
    await postgres?.stop();
    throw error;
  });
  say(greeting(node.url, config));
  const ending = new Ending(DRAIN_WITHIN_MS, async () => {
    await node.stop();
    await postgres?.stop();
  });
  ending.onSignals('SIGTERM', 'SIGINT', 'SIGHUP');
  ending.onSurprise(log);
  if (postgres) void keepPostgres({ postgres, ending, say });
  tellReady(ending);
}

/** TPX_WORKERS above 1: a supervisor and the nodes below it. */
async function runWorkers(config: Config, log: Logger): Promise<void> {
  const port = claimPort(config.host, config.port);
  const { address, postgres } = await findDatabase(config);
  // However the supervisor dies: a worker that stayed behind would share the port with those of the next start.
  const { prefix } = launchAs(null, 'KILL');
  const spawn = (number: number) =>
    new WorkerProcess({
      command: [...prefix, process.execPath, import.meta.path, AS_WORKER],
      orders: { number, database: address, port },
      allMetrics: () => supervisor.metrics(),
    });
  const supervisor: Supervisor = new Supervisor({ count: config.workers, spawn, say });
  try {
    await supervisor.start();
  } catch (error) {
    await postgres?.stop();
    throw new StartError((error as Error).message);
  }
  say(greeting(new URL(`http://${config.host}:${port}`), config));
  const ending = new Ending((config.workers + 1) * WORKER_DRAIN_WITHIN_MS, async () => {
    await supervisor.drain();
    await postgres?.stop();
  });
  ending.onSignals('SIGTERM', 'SIGINT');
  // A terminal that is closed says the same as an operator who asks for a reload.
  process.on('SIGHUP', () => void (process.stdin.isTTY ? ending.end(0) : supervisor.reload()));
  ending.onSurprise(log);
  if (postgres) void keepPostgres({ postgres, ending, say });
  tellReady(ending);
}

/** One of several nodes: its supervisor gives it what it does not know and tells it when to end. */
async function runWorker(config: Config, log: Logger): Promise<void> {
  // A terminal sends Ctrl-C to all of them at once; they drain one after the other.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const { number, database, port } = await awaitOrders(() => process.exit(1));
  const node = await startNode({
    config: { ...config, port },
    address: database,
    log,
    worker: { number, shareMetrics },
  });
  const ending = new Ending(DRAIN_WITHIN_MS, () => node.stop());
  ending.onSignals('SIGTERM');
  ending.onSurprise(log);
  tellKeeper('ready');
}

/** From now on `npm start`, where that has started this process, starts it again when it dies, and ends it with itself. */
function tellReady(ending: Ending): void {
  beat(() => void ending.end(0));
  tellKeeper('ready');
}

async function findDatabase(
  config: Config,
): Promise<{ address: DatabaseAddress; postgres: EmbeddedPostgres | undefined }> {
  if (config.databaseUrl !== null) return { address: { url: config.databaseUrl }, postgres: undefined };
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log: say });
  return { address: postgres.address, postgres };
}

try {
  const config = readConfig(process.env);
  const destination = pino.destination(2);
  const log = pino({ level: config.logLevel }, { write: (line) => destination.write(hide(line)) });
  const isWorker = process.argv.includes(AS_WORKER);
  if (config.rateLimits === undefined && !isWorker)
    say('Warning: rate limits are off. Do this for benchmarks and tests only.');
  if (!isWorker)
    for (const sentence of [...unprotectedListener(config), ...unprotectedServices(config)]) say(sentence);
  if (isWorker) await runWorker(config, log);
  else if (config.workers > 1) await runWorkers(config, log);
  else await runAlone(config, log);
} catch (thrown) {
  const error = toStartError(thrown);
  if (error instanceof ConfigError || error instanceof StartError || error instanceof EmbeddedPostgresError) {
    console.error(hide(error.message));
  } else {
    console.error(hide(inspect(error)));
  }
  process.exit(1);
}
