import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { bunPath, ensureInstalled, InstallError, root } from './install.mjs';

const PARENT_CHECK_MS = 250;

/**
 * Installs what is missing, then becomes `bun <script> <args>` as far as its caller can tell: same terminal, same
 * signals, same exit code.
 *
 * @param {string} script below the repository's root
 * @param {string[]} args
 * @param {string} cwd
 */
export async function runBun(script, args, cwd = root) {
  await installOrExit();
  const child = spawn(bunPath, [join(root, script), ...args], { cwd, stdio: 'inherit' });
  passOnSignals((signal) => child.kill(signal));
  child.on('error', exitWithoutBun);
  child.on('exit', (code, signal) => process.exit(exitCodeOf(code, signal)));
}

export async function installOrExit() {
  try {
    await ensureInstalled();
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** @param {(signal: NodeJS.Signals) => void} pass */
export function passOnSignals(pass) {
  // A terminal sends Ctrl-C to the whole group, so the child has its SIGINT already: a second one would cut
  // short what the first began to shut down.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) pass('SIGINT');
  });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => pass(signal));
  // `npm start` runs this below a shell, and a SIGTERM that npm passes on ends only that shell: without its parent
  // this would hold the port for ever.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    pass('SIGTERM');
  }, PARENT_CHECK_MS);
  watch.unref();
}

/** @param {Error} error */
export function exitWithoutBun(error) {
  console.error(`Bun did not start: ${error.message}`);
  process.exit(1);
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function exitCodeOf(code, signal) {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
