/** `npm run restore -- FILE`: fills an empty database with a backup. */
import { runBun } from './run-bun.mjs';

await runBun('apps/server/src/restore.ts', process.argv.slice(2));
