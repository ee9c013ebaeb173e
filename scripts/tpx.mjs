/** `npm run tpx -- [args]`: the client in this terminal. */
import { runBun } from './run-bun.mjs';

await runBun('apps/cli/src/main.ts', process.argv.slice(2));
