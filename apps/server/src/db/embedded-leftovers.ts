import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { processCommand, processStart } from './embedded-process.ts';

/** Fast shutdown checkpoints first, which takes long after heavy writing on a slow disk. */
const FAST_SHUTDOWN_MS = 60_000;
const IMMEDIATE_SHUTDOWN_MS = 20_000;
const POLL_MS = 20;
/** Above the largest process id of Linux (2^22) and macOS (99,998). */
const NO_SUCH_PID = 4_999_999;

/** The name of the data folder's cluster: it shows in the server's command line, and so tells whose server it is. */
export function clusterName(dataDir: string): string {
  return `tpx-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
}

/**
 * Clears what a killed node left in the cluster's folder. A server that still runs there is stopped rather than
 * adopted: only a child of this node is watched, dies with it and has its settings. `node.lock` MUST be held, or the
 * server of a living node would be stopped.
 */
export async function clearLeftovers(
  folder: string,
  name: string,
  log: (line: string) => void,
): Promise<void> {
  const pidFile = join(folder, 'postmaster.pid');
  const pid = readPid(pidFile);
  if (pid === null) return;
  if (isServerOf(name, pid)) {
    log(`Stopping the PostgreSQL that an earlier node left running (process ${pid}) ...`);
    await stopServer(pid);
  }
  neutralise(pidFile);
}

/** The path of the binary and the name: another program that got the process id has neither. */
function isServerOf(name: string, pid: number): boolean {
  if (processStart(pid) === null) return false;
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
      await sleep(POLL_MS);
    }
  }
  throw new EmbeddedPostgresError(`An earlier PostgreSQL (process ${pid}) does not stop: end it by hand.`);
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
