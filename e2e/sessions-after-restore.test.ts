import { afterAll, expect, test } from 'bun:test';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api, createPerson, startServer, type Tokens } from '@tpx/testkit';

const REPOSITORY = resolve(import.meta.dirname, '..');
const folder = await mkdtemp(join(tmpdir(), 'tpx-restored-'));
// PostgreSQL runs as another user where root runs the tests.
await chmod(folder, 0o755);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function npmRun(command: 'backup' | 'restore', dataDir: string): Promise<void> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TPX_'));
  const child = Bun.spawn(['npm', 'run', '--silent', '--prefix', REPOSITORY, command, '--', 'copy.tpx'], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), TPX_DATA_DIR: dataDir },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const said = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`${command}: ${said.join('')}`);
}

const refresh = (server: { url: string }, refresh_token: string) =>
  new Api(server.url).call<Tokens & { error?: { message: string } }>('POST', '/auth/refresh', {
    refresh_token,
  });

test.if(process.env.TPX_DATABASE_URL === undefined)(
  'AUTH-4 devices that refreshed after a backup are signed in when it is restored; those that signed in after it are informed',
  async () => {
    const server = await startServer();
    let held: string;
    let after: string;
    try {
      const person = await createPerson(server, 'keeper');
      held = person.tokens.refresh_token;
      await npmRun('backup', server.dataDir);
      for (let n = 0; n < 3; n++) {
        const { status, body } = await refresh(server, held);
        expect(status).toBe(200);
        held = body.refresh_token;
      }
      after = (await createPerson(server, 'late')).tokens.refresh_token;
    } finally {
      await server[Symbol.asyncDispose]();
    }
    const dataDir = join(folder, 'restored');
    await npmRun('restore', dataDir);
    await using restored = await startServer({ dataDir });
    const first = await refresh(restored, held);
    expect(first.status).toBe(200);
    expect((await new Api(restored.url, first.body.access_token).call('GET', '/users/me')).status).toBe(200);
    // Its answer may be lost, and the chain goes on.
    expect((await refresh(restored, held)).body.refresh_token).toBe(first.body.refresh_token);
    expect((await refresh(restored, first.body.refresh_token)).status).toBe(200);
    const late = await refresh(restored, after);
    expect(late.status).toBe(401);
    expect(late.body.error?.message).toBe('This device has been signed out. Log in again.');
  },
  120_000,
);
