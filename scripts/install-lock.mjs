import { linkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const TOUCHED_EVERY_MS = 1_000;
/** A lock that was not touched for so long was left by a process that was killed. */
const STALE_AFTER_MS = 15_000;
const LOOK_EVERY_MS = 200;

/**
 * `npm ci` begins by removing node_modules: a second one at the same time (`npm start` in one terminal,
 * `npm run tpx` in the next) would pull it away under the first. The lock lies in the clone, which may be a volume of two
 * containers. Nothing is concluded from process ids, which mean nothing between them: who has the lock touches it, and
 * Node.js has no lock of the kernel to take.
 *
 * @param {string} root
 * @param {() => void} install
 */
export async function withInstallLock(root, install, staleAfterMs = STALE_AFTER_MS) {
  const lock = join(root, '.tpx-install.lock');
  let waiting = false;
  let seen = '';
  let seenAt = 0;
  while (!tryLock(lock)) {
    const now = readState(lock);
    if (now !== seen) {
      seen = now;
      seenAt = performance.now();
    } else if (performance.now() - seenAt > staleAfterMs) {
      clearStale(lock, seen);
      continue;
    }
    if (!waiting) console.error('Waiting for another installation in this folder to end ...');
    waiting = true;
    await sleep(LOOK_EVERY_MS);
  }
  // A thread of its own: the installation blocks this one.
  const touching = new Worker(
    `const { utimesSync } = require('node:fs');
     setInterval(() => {
       try { utimesSync(${JSON.stringify(lock)}, new Date(), new Date()); } catch {}
     }, ${TOUCHED_EVERY_MS});`,
    { eval: true, execArgv: [] },
  );
  try {
    install();
  } finally {
    await touching.terminate();
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function tryLock(lock) {
  try {
    writeFileSync(lock, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Which file it is and when it was touched; empty where it is gone again.
 *
 * @param {string} lock
 */
function readState(lock) {
  try {
    const { ino, mtimeMs } = statSync(lock);
    return `${ino} ${mtimeMs}`;
  } catch {
    return '';
  }
}

/**
 * Of two that found the same stale lock, one may have replaced it by now: it is moved away and looked at again.
 *
 * @param {string} lock
 * @param {string} seen
 */
function clearStale(lock, seen) {
  const aside = `${lock}.${crypto.randomUUID()}`;
  try {
    renameSync(lock, aside);
    if (readState(aside) !== seen) linkSync(aside, lock);
  } catch {
    // The other one was faster.
  }
  rmSync(aside, { force: true });
}
