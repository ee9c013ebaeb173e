/** A worker that serves nothing: `bun worker.fixture.ts [blocked]`. */
import { tellKeeper } from './keeper.ts';
import { awaitOrders } from './worker-process.ts';

await awaitOrders(() => process.exit(1));
tellKeeper('ready');
if (process.argv.includes('blocked')) {
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 100);
}
