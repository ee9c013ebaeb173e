/** `npm run bench -- NAME [options]`: one named measurement. */
import { runBun } from './run-bun.mjs';

await runBun('bench/src/main.ts', process.argv.slice(2));
