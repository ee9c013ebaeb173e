import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where servers are kept, which an ordinary user may not have in PATH. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

/**
 * @param {string} program
 * @returns {string | undefined} its path
 */
export function onPath(program) {
  return [...(process.env.PATH ?? '').split(delimiter), ...SERVER_FOLDERS]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}
