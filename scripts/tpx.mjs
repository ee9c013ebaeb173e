/** `npm run tpx -- [args]`: the client in this terminal. */
import { runBun } from './run-bun.mjs';

// npm runs this in the repository's folder; files are read and written where the person stands.
await runBun('apps/cli/src/main.ts', process.argv.slice(2), process.env.INIT_CWD);
