/** `npm start`: one node with everything embedded. */
import { keepNode } from './keep-node.mjs';

await keepNode(process.argv.slice(2));
