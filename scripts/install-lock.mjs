import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * `npm ci` begins by removing node_modules: a second one at the same time (`npm start` in one terminal,
 * `npm run tpx` in the next) would pull it away under the first.
 *
 * @param {string} root
 * @param {() => void} install
 */
export async function withInstallLock(root, install) {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const lock = join(tmpdir(), `tpx-install-${name}.lock`);
  let waiting = false;
  while (!tryLock(lock)) {
    const holder = readHolder(lock);
    if (holder !== null && !isAlive(holder)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!waiting) console.error(`Waiting for the installation that process ${holder ?? '?'} runs ...`);
    waiting = true;
    await sleep(200);
  }
  try {
    install();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function tryLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The process that holds the lock; null while it has created the file but not yet written its id, and when the
 * file is gone again.
 *
 * @param {string} lock
 */
function readHolder(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
