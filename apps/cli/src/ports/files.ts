import { readdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Ports } from '@tpx/terminal';

/** Readable by their owner only: what is written here are messages. */
export const localFiles: Ports['files'] = {
  async write(name, content) {
    const path = resolve(withHome(name));
    try {
      await writeFile(path, content, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw new Error(`There is a file ${path} already. Give another name.`);
      if (code === 'ENOENT') throw new Error(`There is no folder for ${path}.`);
      throw new Error(`${path} cannot be written: ${message}`);
    }
    return path;
  },
  async list(prefix) {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const entries = await readdir(resolve(withHome(folder || '.')), { withFileTypes: true }).catch(() => []);
    return entries.map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`).sort();
  },
};

function withHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? `${homedir()}${path.slice(1)}` : path;
}
