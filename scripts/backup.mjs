/** `npm run backup -- FILE`: everything that the server stores, in one file. */
import { runBun } from './run-bun.mjs';

await runBun('apps/server/src/backup.ts', process.argv.slice(2));
