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

/** `npm start`: one node, with its own PostgreSQL where none is configured. It ends with the process that keeps it. */
async function runAlone(config: Config, log: Logger): Promise<void> {
  const ending = new Ending(DRAIN_WITHIN_MS, report);
  ending.onSignals('SIGTERM', 'SIGINT', 'SIGHUP');
  beat(() => void ending.end(0));
  warn(config);
  await endOnFailure(ending, async () => {
    const { address, postgres } = await findDatabase(config, ending);
    if (ending.hasBegun) return;
    const node = await startNode({ config, address, log });
    ending.before(() => node.stop());
    if (ending.hasBegun) return;
    say(greeting(node.url, config));
    ending.onSurprise(log);
    if (postgres) void keepPostgres({ postgres, ending, say });
    tellKeeper('ready');
  });
}

/** TPX_WORKERS above 1: a supervisor and the nodes below it. */
async function runWorkers(config: Config, log: Logger): Promise<void> {
  const ending = new Ending((config.workers + 1) * WORKER_DRAIN_WITHIN_MS, report);
  ending.onSignals('SIGTERM', 'SIGINT');
  beat(() => void ending.end(0));
  let reload: () => void = () => undefined;
  // A terminal that is closed says the same as an operator who asks for a reload.
  process.on('SIGHUP', () => (process.stdin.isTTY ? void ending.end(0) : reload()));
  warn(config);
  await endOnFailure(ending, async () => {
    const port = claimPort(config.host, config.port);
    const { address, postgres } = await findDatabase(config, ending);
    if (ending.hasBegun) return;
    // However the supervisor dies: a worker that stayed behind would share the port with those of the next start.
    const { prefix } = launchAs(null, 'KILL');
    const spawn = (number: number) =>
      new WorkerProcess({
        command: [...prefix, process.execPath, import.meta.path, AS_WORKER],
        orders: { number, database: address, port },
        allMetrics: () => supervisor.metrics(),
      });
    const supervisor: Supervisor = new Supervisor({ count: config.workers, spawn, say });
    ending.before(() => supervisor.drain());
    await supervisor.start().catch((error) => {
      throw new StartError((error as Error).message);
    });
    if (ending.hasBegun) return;
    reload = () => void supervisor.reload();
    say(greeting(new URL(`http://${config.host}:${port}`), config));
    ending.onSurprise(log);
    if (postgres) void keepPostgres({ postgres, ending, say });
    tellKeeper('ready');
  });
}

/** One of several nodes: its supervisor gives it what it does not know and tells it when to end. */
async function runWorker(config: Config, log: Logger): Promise<void> {
  const ending = new Ending(DRAIN_WITHIN_MS, report);
  ending.onSignals('SIGTERM');
  // A terminal sends Ctrl-C to all of them at once; they drain one after the other.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  await endOnFailure(ending, async () => {
    const { number, database, port } = await awaitOrders(() => process.exit(1));
    const node = await startNode({
      config: { ...config, port },
      address: database,
      log,
      worker: { number, shareMetrics },
    });
    ending.before(() => node.stop());
    if (ending.hasBegun) return;
    ending.onSurprise(log);
    tellKeeper('ready');
  });
}

/** Runs a start. One that fails ends the process with 1, after what had started; one that a signal ended does not fail. */
async function endOnFailure(ending: Ending, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (ending.hasBegun) return;
    report(error);
    await ending.end(1);
  }
}

function warn(config: Config): void {
  if (config.rateLimits === undefined)
    say('Warning: rate limits are off. Do this for benchmarks and tests only.');
  for (const sentence of [...unprotectedListener(config), ...unprotectedServices(config)]) say(sentence);
}

async function findDatabase(
  config: Config,
  ending: Ending,
): Promise<{ address: DatabaseAddress; postgres: EmbeddedPostgres | undefined }> {
  if (config.databaseUrl !== null) return { address: { url: config.databaseUrl }, postgres: undefined };
  const starting = startEmbeddedPostgres({ dataDir: config.dataDir, log: say });
  // One that has yet to start is waited for: half a start is not stopped.
  const started = starting.catch(() => undefined);
  ending.before(async () => (await started)?.stop());
  const postgres = await starting;
  return { address: postgres.address, postgres };
}

function report(thrown: unknown): void {
  const error = toStartError(thrown);
  const isKnown =
    error instanceof ConfigError || error instanceof StartError || error instanceof EmbeddedPostgresError;
  console.error(hide(isKnown ? error.message : inspect(error)));
}

try {
  const config = readConfig(process.env);
  const destination = pino.destination(2);
  const log = pino({ level: config.logLevel }, { write: (line) => destination.write(hide(line)) });
  const isWorker = process.argv.includes(AS_WORKER);
  if (isWorker) await runWorker(config, log);
  else if (config.workers > 1) await runWorkers(config, log);
  else await runAlone(config, log);
} catch (error) {
  report(error);
  process.exit(1);
}
