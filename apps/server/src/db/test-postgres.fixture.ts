/**
 * The embedded PostgreSQL that the test files of one process share: `bun test-postgres.fixture.ts <folder> <pid>`. It
 * prints its address as one line of JSON, and ends with its data when process `pid` has gone.
 */
import { rmSync } from 'node:fs';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { processStart } from './embedded-process.ts';

const [, , folder = '', owner = ''] = process.argv;
const start = processStart(Number(owner));

// Ctrl-C reaches this process too: it ends when the owner has gone, not before.
process.on('SIGINT', () => undefined);

const postgres = await startEmbeddedPostgres({ dataDir: `${folder}/data`, log: () => undefined });
console.log(JSON.stringify(postgres.address));
while (processStart(Number(owner)) === start) await Bun.sleep(200);
await postgres.stop();
rmSync(folder, { recursive: true, force: true });
