/** `npm start`: one node with everything embedded. */
import { runBun } from './run-bun.mjs';

await runBun('apps/server/src/main.ts', process.argv.slice(2));
