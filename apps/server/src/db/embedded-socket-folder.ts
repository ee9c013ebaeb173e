import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Account } from './embedded-account.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { canReach } from './embedded-reach.ts';
import { PORT } from './embedded-settings.ts';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, one of them the closing zero. */
const LONGEST_SOCKET_PATH_BYTES = 103;

export interface SocketFolder {
  readonly folder: string;
  /** The socket's full path. */
  readonly socket: string;
}

/**
 * The folder of the server's socket: `<dataDir>/run`, or one named after `key` in a temporary folder when that path
 * is too long for a socket or the account cannot reach it. Whoever enters it is trusted by the server, so only the
 * account (and root) may.
 */
export function makeSocketFolder(dataDir: string, key: string, account: Account | null): SocketFolder {
  const candidates = folderCandidates(dataDir, key);
  const folder = candidates.find(
    (path) =>
      Buffer.byteLength(socketIn(path)) <= LONGEST_SOCKET_PATH_BYTES && canReach(dirname(path), account),
  );
  if (folder === undefined) {
    throw new EmbeddedPostgresError(
      `Found no folder for PostgreSQL's socket: ${candidates.join(', ')} are too long or closed to user ${account?.name}. Set TPX_DATA_DIR to a shorter path.`,
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  takeOver(folder, account);
  // Left by a server that was killed. None runs by now, but its old process id may belong to another program.
  for (const file of [socketIn(folder), `${socketIn(folder)}.lock`]) rmSync(file, { force: true });
  return { folder, socket: socketIn(folder) };
}

/** Where the server of a data folder may have its socket, by the way of `makeSocketFolder`. */
export function socketCandidates(dataDir: string, key: string): string[] {
  return folderCandidates(dataDir, key).map(socketIn);
}

function folderCandidates(dataDir: string, key: string): string[] {
  return [join(dataDir, 'run'), join(tmpdir(), `tpx-${key}`), `/tmp/tpx-${key}`];
}

/** A temporary folder is open to all: one that somebody else has put there is refused, not used. */
function takeOver(folder: string, account: Account | null): void {
  const me = process.getuid?.();
  const found = lstatSync(folder);
  if (!found.isDirectory() || (found.uid !== me && found.uid !== account?.uid)) {
    throw new EmbeddedPostgresError(
      `${folder} should hold PostgreSQL's socket but belongs to another user: remove it, or set TPX_DATA_DIR to another folder.`,
    );
  }
  chmodSync(folder, 0o700);
  if (account !== null) chownSync(folder, account.uid, account.gid);
}

function socketIn(folder: string): string {
  return join(folder, `.s.PGSQL.${PORT}`);
}
