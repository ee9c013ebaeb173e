/**
 * Makes a fresh clone runnable. Node built-ins only: it runs before there is a node_modules.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withInstallLock } from './install-lock.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const bunPath = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'bun.exe' : 'bun');

// Inherited by every Bun that these scripts start: on macOS and Windows Bun would otherwise upload its crash reports.
process.env.DO_NOT_TRACK ??= '1';

const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.tpx-install-stamp');
/** npm ships a placeholder of a few hundred bytes where its postinstall puts the real binary. */
const SMALLEST_BUN_BYTES = 1_000_000;

/** Installs what the lock file names when it is missing or of another version. */
export async function ensureInstalled() {
  const wanted = `${createHash('sha256').update(readFileSync(lockFile)).digest('hex')} ${process.platform}-${process.arch}`;
  const ready = () => readOrNull(stampFile) === wanted && hasBun();
  if (ready()) return;
  await withInstallLock(root, () => {
    // Another process may have installed while this one waited for the lock.
    if (ready()) return;
    if (!isAsLocked()) installPackages();
    if (!hasBun()) installBun();
    writeFileSync(stampFile, wanted);
  });
}

/** npm's own record of what it installed: it spares a checkout that `npm install` has just filled. */
function isAsLocked() {
  const installed = readOrNull(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return false;
  /** @type {Record<string, { version?: string, integrity?: string, optional?: boolean }>} */
  const here = JSON.parse(installed).packages;
  /** @type {typeof here} */
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = here[path];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

function installPackages() {
  console.error(
    'Installing the packages that package-lock.json names (npm ci); the first time takes a minute ...',
  );
  const npm = process.env.npm_execpath;
  const viaNode = npm?.endsWith('npm-cli.js') === true;
  const command = viaNode ? process.execPath : 'npm';
  const args = [...(viaNode ? [String(npm)] : []), 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  run(command, args, root, 'npm ci failed: the lines above say why. It needs the npm registry, once.');
}

function installBun() {
  // Some npm configurations skip install scripts; bun's only links the binary that is already here.
  run(process.execPath, ['install.js'], join(root, 'node_modules', 'bun'), 'Bun did not unpack.');
  if (!hasBun()) fail('node_modules/bun holds no binary for this machine: does Bun support it?');
}

function hasBun() {
  return existsSync(bunPath) && statSync(bunPath).size > SMALLEST_BUN_BYTES;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {string} complaint
 */
function run(command, args, cwd, complaint) {
  // stdout is for what the caller was asked for, `tpx --json` above all.
  const { status } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail(complaint);
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  throw new InstallError(sentence);
}

export class InstallError extends Error {}

/** @param {string} path */
function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
