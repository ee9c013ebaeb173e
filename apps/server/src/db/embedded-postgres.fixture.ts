/** A process with nothing but an embedded PostgreSQL, for tests to kill: `bun embedded-postgres.fixture.ts <dataDir>`. */
import { startEmbeddedPostgres } from './embedded-postgres.ts';

const postgres = await startEmbeddedPostgres({
  dataDir: process.argv[2] ?? '',
  log: (line) => console.error(line),
});
process.on('SIGTERM', () => void postgres.stop().then(() => process.exit(0)));
// Last: whoever reads this may kill at once.
console.log(JSON.stringify({ pid: postgres.pid, address: postgres.address }));
