import pino from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { composeNode, type Node } from './compose.ts';
import { type Config, ConfigError, readConfig } from './config/config.ts';
import { type DatabaseAddress, openDatabase } from './db/bun-database.ts';
import { EmbeddedPostgresError } from './db/embedded-error.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './db/embedded-postgres.ts';
import { migrate } from './db/migrate.ts';
import { greeting } from './greeting.ts';
import { StartError, toStartError } from './start-error.ts';

/** Connections to Postgres of one node: one writes, the others read and change. */
const DATABASE_CONNECTIONS = 10;
/** A drain that takes longer is ended: what is not acknowledged by then was not promised. */
const DRAIN_WITHIN_MS = 10_000;

const say = (line: string) => console.log(line);

async function start(config: Config): Promise<void> {
  const log = pino({ level: config.logLevel }, pino.destination(2));
  if (config.rateLimits === undefined)
    say('Warning: rate limits are off. Do this for benchmarks and tests only.');

  let postgres: EmbeddedPostgres | undefined;
  let address: DatabaseAddress;
  if (config.databaseUrl !== null) address = { url: config.databaseUrl };
  else {
    postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log: say });
    address = postgres.address;
  }
  const database = openDatabase({
    ...address,
    connections: DATABASE_CONNECTIONS,
    statementTimeoutMs: config.statementTimeoutMs,
  });
  let node: Node;
  try {
    await migrate(database);
    node = await composeNode({ config, database, log, version: packageJson.version });
    say(greeting(node.listen(), config));
  } catch (error) {
    await database.close();
    await postgres?.stop();
    throw error;
  }

  let stopping = false;
  const stop = async (code: number): Promise<never> => {
    if (stopping) return new Promise<never>(() => undefined);
    stopping = true;
    const overdue = setTimeout(() => process.exit(1), DRAIN_WITHIN_MS);
    await node.drain();
    await database.close();
    await postgres?.stop();
    clearTimeout(overdue);
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
  // An unexpected error of a request or a frame ends there. One that gets here left the node in an unknown state.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      log.fatal({ err: error }, `${event}: the node stops`);
      void stop(1);
    });
  }
  postgres?.exited.then((reason) => {
    if (stopping) return;
    say(
      `The embedded PostgreSQL has ended (${reason}). The node stops; start it again and it recovers by itself.`,
    );
    process.exit(1);
  });
}

try {
  await start(readConfig(process.env));
} catch (thrown) {
  const error = toStartError(thrown);
  if (error instanceof ConfigError || error instanceof StartError || error instanceof EmbeddedPostgresError) {
    console.error(error.message);
    process.exit(1);
  }
  throw error;
}
