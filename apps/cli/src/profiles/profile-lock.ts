import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '@tpx/terminal';

/**
 * Keeps a profile for this process until it ends: two programs that share an outbox would each send what the other
 * wrote. A lock whose process has gone counts for nothing. @throws {UsageError}
 */
export function lockProfile(name: string, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'lock');
  if (!create(path)) {
    const holder = Number(readFileSync(path, 'utf8'));
    if (isRunning(holder)) {
      throw new UsageError(
        `Profile “${name}” is open in another terminal (process ${holder}). Go there, or take another one: -P NAME.`,
      );
    }
    rmSync(path, { force: true });
    if (!create(path)) throw new UsageError(`Profile “${name}” was just opened in another terminal.`);
  }
  process.on('exit', () => rmSync(path, { force: true }));
}

/** False where there is one already. */
function create(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
