import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '..');
const BASE = '/usr/lib/postgresql';

export const hasDebianPostgres =
  existsSync(BASE) && readdirSync(BASE).some((version) => existsSync(join(BASE, version, 'bin', 'postgres')));

/** A PostgreSQL of Debian's package with an empty database; it goes, data and all, when it is disposed of. */
export async function startDebianPostgres(
  env: Record<string, string> = {},
): Promise<AsyncDisposable & { readonly url: string }> {
  const child = Bun.spawn(
    ['scripts/with-postgres.sh', 'sh', '-c', 'printf "%s\\n" "$TPX_DATABASE_URL"; exec cat >/dev/null'],
    { cwd: REPOSITORY, env: { ...process.env, ...env }, stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' },
  );
  let url = '';
  for await (const bytes of child.stdout) {
    url += Buffer.from(bytes).toString();
    if (url.endsWith('\n')) break;
  }
  if (url === '') throw new Error(`PostgreSQL did not start: ${await child.exited}.`);
  return {
    url: url.trim(),
    async [Symbol.asyncDispose]() {
      // The command ends with its input, and the server with the command.
      child.stdin.end();
      await child.exited;
    },
  };
}
