/**
 * `npm run cluster [-- WORKERS]`: a whole cluster on this machine, for trying it out: nats-server, PostgreSQL (embedded
 * unless TPX_DATABASE_URL is set) and workers that share the port.
 */
import { keepNode } from './keep-node.mjs';
import { startNatsServer } from './nats-server.mjs';

const [workers = '2', ...rest] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(workers)) {
  console.error(`How many workers? "${workers}" is no number. Type npm run cluster -- 4`);
  process.exit(1);
}
process.env.TPX_WORKERS = workers;
process.env.TPX_NATS_URL ||= await startNatsServer();
await keepNode(rest);
