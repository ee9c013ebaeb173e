import { accessSync, constants, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Account } from './embedded-account.ts';

/**
 * Whether the account may pass through every folder above `path` and enter or execute `path` itself. From the mode
 * bits: an access list that says otherwise is not seen.
 */
export function canReach(path: string, account: Account | null): boolean {
  const real = realpathSync(path);
  if (account === null) {
    try {
      accessSync(real, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }
  for (let at = real; ; at = dirname(at)) {
    if (!mayPass(statSync(at), account)) return false;
    if (at === dirname(at)) return true;
  }
}

/** The account has no groups but its own: `setpriv --clear-groups`. */
function mayPass({ mode, uid, gid }: Stats, account: Account): boolean {
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
