import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { clusterLockPath, lockOrExplain } from './embedded-locks.ts';
import {
  hasOpen,
  isInNamespaceBelow,
  isPaused,
  openers,
  processCommand,
  processStart,
  worksIn,
} from './embedded-process.ts';
import type { FileLock } from './file-lock.ts';

/** Fast shutdown checkpoints first, which takes long after heavy writing on a slow disk. */
const FAST_SHUTDOWN_MS = 60_000;
const IMMEDIATE_SHUTDOWN_MS = 20_000;
/** For a server that this node cannot see, and for backends whose server is gone: both end by themselves, or do not. */
const ENDS_BY_ITSELF_MS = 10_000;
const WORTH_TELLING_MS = 1_000;
const POLL_MS = 20;
/** Above the largest process id of Linux (2^22) and macOS (99,998). */
const NO_SUCH_PID = 4_999_999;

export interface ClusterPlace {
  readonly dataDir: string;
  /** The cluster's folder below it. */
  readonly cluster: string;
  /** `clusterName` of the data folder. */
  readonly name: string;
  readonly log: (line: string) => void;
}

/**
 * The name of the data folder's cluster, which shows in the server's command line. Made of the folder's identity and
 * not of its path alone: two containers may have different folders under one path.
 */
export function clusterName(dataDir: string): string {
  const { dev, ino } = statSync(dataDir);
  return `tpx-${createHash('sha256').update(`${dataDir} ${dev} ${ino}`).digest('hex').slice(0, 12)}`;
}

/**
 * Takes the lock that the server will inherit. A server that a killed node left is stopped rather than adopted: only a
 * child of this node is watched, dies with it and has its settings. One that this node cannot see or stop is refused,
 * and nothing of it is touched (START-9). The node's own lock MUST be held, or the server of a living node would be
 * stopped.
 */
export async function lockCluster(place: ClusterPlace): Promise<FileLock> {
  return tryCluster(place) ?? (await waitForCluster(place));
}

function tryCluster({ dataDir }: ClusterPlace): FileLock | null {
  return lockOrExplain(clusterLockPath(dataDir), 'file', dataDir);
}

async function waitForCluster(place: ClusterPlace): Promise<FileLock> {
  const { cluster, log } = place;
  const pid = readPid(join(cluster, 'postmaster.pid'));
  if (pid !== null && holdsLock(pid, place)) {
    log(`Stopping the PostgreSQL that an earlier node left running (process ${pid}) ...`);
    refusePaused(pid);
    await stopServer(pid);
  }
  const startedAt = performance.now();
  for (let isSaid = false; ; ) {
    const lock = tryCluster(place);
    if (lock !== null) return lock;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > ENDS_BY_ITSELF_MS) break;
    // Backends of a server that was killed end within moments.
    if (waitedMs > WORTH_TELLING_MS && !isSaid) {
      log('Waiting for the PostgreSQL of an earlier node to end ...');
      isSaid = true;
    }
    await sleep(POLL_MS);
  }
  throw stillHeld(place);
}

function stillHeld({ dataDir }: ClusterPlace): EmbeddedPostgresError {
  const pids = openers(clusterLockPath(dataDir));
  return new EmbeddedPostgresError(
    pids.length === 0
      ? `A PostgreSQL that cannot be seen from here still uses ${dataDir}: it runs in another container or on another machine. End it there, or give this node its own folder with TPX_DATA_DIR.`
      : `An earlier PostgreSQL still uses ${dataDir} (${pids.length === 1 ? 'process' : 'processes'} ${pids.join(', ')}): end it by hand, then start again.`,
  );
}

/** Whether the process id of the cluster's pid file is the server that holds the lock, and an id of this namespace. */
function holdsLock(pid: number, { dataDir, name }: ClusterPlace): boolean {
  if (processStart(pid) === null || isInNamespaceBelow(pid)) return false;
  return hasOpen(pid, clusterLockPath(dataDir)) ?? isServerOf(name, pid);
}

/**
 * Clears what a killed server left in the cluster's folder. `lockCluster`'s lock MUST be held: then no server that a
 * node started runs, and the pid file is stale, whatever process has its id now. A server that was started by hand is
 * stopped first.
 */
export async function clearLeftovers({ cluster, name, log }: ClusterPlace): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = readPid(pidFile);
  if (pid === null) return;
  if (processStart(pid) !== null && isServerOf(name, pid)) {
    const here = worksIn(pid, cluster);
    if (here === null && process.platform === 'linux') {
      throw new EmbeddedPostgresError(
        `A PostgreSQL (process ${pid}) seems to use ${cluster}, but this node may not look at it: end it first.`,
      );
    }
    if (here !== false) {
      log(`Stopping the PostgreSQL that an earlier node left running (process ${pid}) ...`);
      await stopServer(pid);
    }
  }
  neutralise(pidFile);
}

/** The path of the binary and the name: another program that got the process id has neither. */
function isServerOf(name: string, pid: number): boolean {
  const command = processCommand(pid);
  return command.includes('/bin/postgres -D ') && command.includes(`cluster_name=${name}`);
}

async function stopServer(pid: number): Promise<void> {
  const start = processStart(pid);
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
      throw new EmbeddedPostgresError(
        `An earlier PostgreSQL (process ${pid}) still runs on this data folder and belongs to another user: stop it first.`,
      );
    }
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (processStart(pid) !== start) return;
      refusePaused(pid);
      await sleep(POLL_MS);
    }
  }
  throw new EmbeddedPostgresError(`An earlier PostgreSQL (process ${pid}) does not stop: end it by hand.`);
}

function refusePaused(pid: number): void {
  if (!isPaused(pid)) return;
  throw new EmbeddedPostgresError(
    `An earlier PostgreSQL (process ${pid}) still has this data folder and stands still: let it go on with kill -CONT ${pid} or end it with kill -KILL ${pid}, then start again.`,
  );
}

/**
 * PostgreSQL refuses to start while the process id in its file belongs to any process of its user, which after a
 * crash may be somebody else's or a zombie. The file is not removed: it also names the shared memory by which
 * PostgreSQL sees that backends of the killed server still write.
 */
function neutralise(pidFile: string): void {
  const text = readOrNull(pidFile);
  if (text === null) return;
  writeFileSync(pidFile, text.replace(/^\d+/, String(NO_SUCH_PID)));
}

function readPid(pidFile: string): number | null {
  const pid = Number.parseInt(readOrNull(pidFile) ?? '', 10);
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
