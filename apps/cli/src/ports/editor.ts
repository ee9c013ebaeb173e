import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ports } from '@tpx/terminal';

type Environment = Readonly<Record<string, string | undefined>>;

/** As the person has configured it; else VISUAL, EDITOR, and what POSIX promises to be there. */
export function editorCommand(configured: string | undefined, env: Environment): string {
  return configured ?? (env.VISUAL || env.EDITOR || 'vi');
}

/**
 * The person's own editor on a file that only they can read and that is gone afterwards. `lend` gives it the terminal.
 */
export function ownEditor(
  command: string,
  lend: <Result>(use: () => Promise<Result>) => Promise<Result>,
): Ports['editor'] {
  return {
    async edit(text) {
      const folder = await mkdtemp(join(tmpdir(), 'tpx-message-'));
      const path = join(folder, 'message.txt');
      try {
        await writeFile(path, text, { mode: 0o600 });
        const code = await lend(() => run(command, path));
        if (code === NOT_FOUND)
          throw new Error(`There is no editor “${command}” here. Set EDITOR to one that is.`);
        // Editors end a file with a line break; the message does not.
        return code === 0 ? (await readFile(path, 'utf8')).replace(/\r?\n$/, '') : undefined;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The shell's way to say that there is no such program. */
const NOT_FOUND = 127;

/** Through the shell, as git and crontab do, so that `code --wait` works. */
function run(command: string, path: string): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', `${command} "$1"`, 'sh', path], { stdio: 'inherit' });
    child.once('error', () => resolve(NOT_FOUND));
    child.once('exit', resolve);
  });
}
