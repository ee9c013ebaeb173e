import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Account, launchAs } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { canReach } from './embedded-reach.ts';
import { ROLE } from './embedded-settings.ts';
import type { FileLock } from './file-lock.ts';

export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/** The user id that owns an existing cluster; null before the first start. */
export function clusterOwner(dataDir: string): number | null {
  const folder = clusterFolder(dataDir);
  return existsSync(folder) ? statSync(folder).uid : null;
}

/**
 * What to call the cluster's folder in arguments of a program that is started in it. A process that may not pass the
 * folders above it (root's node in `/root/tpx`) still reaches its working directory by this name (proc(5)).
 */
export function nameForAccount(folder: string, account: Account | null): string {
  return process.platform === 'linux' && !canReach(folder, account) ? '/proc/self/cwd' : folder;
}

/**
 * Makes the cluster if there is none, and refuses one that this server cannot run. `lock` is the cluster's: what makes
 * it keeps it, too.
 */
export async function prepareCluster(
  dataDir: string,
  account: Account | null,
  binaries: Binaries,
  lock: FileLock,
  log: (line: string) => void,
): Promise<void> {
  const folder = clusterFolder(dataDir);
  const owner = clusterOwner(dataDir);
  if (account === null && owner !== null && owner !== process.getuid?.()) {
    throw new EmbeddedPostgresError(
      `The database in ${folder} belongs to another user (id ${owner}), who ran the node before: start it as that user or as root, or set TPX_DATA_DIR to another folder.`,
    );
  }
  if (existsSync(join(folder, 'PG_VERSION'))) return checkVersion(folder, binaries);
  if (existsSync(folder)) {
    if (readdirSync(folder).length > 0) {
      throw new EmbeddedPostgresError(
        `${folder} holds files but no PostgreSQL cluster: move them away, or set TPX_DATA_DIR to another folder.`,
      );
    }
    rmdirSync(folder);
  }
  log(`Creating the embedded PostgreSQL in ${folder} (first start) ...`);
  await initialise(folder, account, binaries, lock);
}

/** Under another name until it is complete, so that an interrupted one is never taken for a cluster. */
async function initialise(
  folder: string,
  account: Account | null,
  binaries: Binaries,
  lock: FileLock,
): Promise<void> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (account !== null) chownSync(unfinished, account.uid, account.gid);
  const { prefix, identity } = launchAs(account, 'KILL');
  const child = Bun.spawn(
    [
      ...prefix,
      binaries.initdb,
      `--pgdata=${nameForAccount(unfinished, account)}`,
      `--username=${ROLE}`,
      '--auth=trust',
      '--encoding=UTF8',
      // Collates by code point, and still knows the letters of every script in lower() and regular expressions.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    {
      ...identity,
      cwd: unfinished,
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe', lock.descriptor],
    },
  );
  const complaint = await child.stderr.text();
  const code = await child.exited;
  if (code !== 0) {
    throw new EmbeddedPostgresError(
      `PostgreSQL could not create its cluster in ${folder} (initdb: ${child.signalCode ?? `code ${code}`}): ${complaint.trim()}`,
    );
  }
  renameSync(unfinished, folder);
  syncFolder(dirname(folder));
}

function checkVersion(folder: string, binaries: Binaries): void {
  const found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (found === binaries.majorVersion) return;
  throw new EmbeddedPostgresError(
    `The database in ${folder} was made by PostgreSQL ${found}; this node brings ${binaries.majorVersion}. Back it up with the version of TPX that made it (npm run backup), and restore that into a new TPX_DATA_DIR (npm run restore): see docs/backup.md.`,
  );
}

/** Makes the rename itself survive a power cut. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
