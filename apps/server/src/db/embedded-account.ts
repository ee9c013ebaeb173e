import { readFileSync } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-error.ts';

/** The system user that PostgreSQL runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** How to start a program as an account: words before the command, options for `Bun.spawn`. */
export interface Launch {
  readonly prefix: readonly string[];
  readonly identity: { uid?: number; gid?: number };
}

const PREFERRED = ['postgres', '_postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root, so root's node gives it to another user: the owner of an existing cluster, else
 * `postgres`, else `nobody`. Null for an ordinary user, who runs it directly.
 */
export function chooseAccount(clusterOwner: number | null): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readAccounts();
  if (clusterOwner !== null && clusterOwner !== 0) {
    const owner = accounts.find((account) => account.uid === clusterOwner);
    return owner ?? { name: String(clusterOwner), uid: clusterOwner, gid: clusterOwner };
  }
  for (const name of PREFERRED) {
    const account = accounts.find((candidate) => candidate.name === name);
    if (account !== undefined) return account;
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and there is no user postgres or nobody to run it: create one, start the node as an ordinary user, or set TPX_DATABASE_URL.',
  );
}

/**
 * With setpriv the child also gets `onParentDeath` from the kernel when this node dies, however it dies. Elsewhere
 * it stays behind, and the next start finds it.
 */
export function launchAs(account: Account | null, onParentDeath: 'INT' | 'KILL'): Launch {
  const identity =
    account === null ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const prefix = ['setpriv', ...identity, `--pdeathsig=${onParentDeath}`, '--'];
  // Tried, not looked up: busybox has a setpriv without these options.
  if (Bun.which('setpriv') !== null && succeeds([...prefix, 'true'], {})) return { prefix, identity: {} };
  if (account === null) return { prefix: [], identity: {} };
  const ids = { uid: account.uid, gid: account.gid };
  if (!succeeds(['true'], ids)) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and this root may not become user ${account.name}: start the node as an ordinary user, or set TPX_DATABASE_URL.`,
    );
  }
  return { prefix: [], identity: ids };
}

function succeeds(command: string[], identity: Launch['identity']): boolean {
  try {
    return Bun.spawnSync(command, { ...identity, stdout: 'ignore', stderr: 'ignore' }).success;
  } catch {
    return false;
  }
}

function readAccounts(): Account[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4 && !fields[0]?.startsWith('#'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}
