import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { profileFolders } from './folders.ts';

const fixture = join(import.meta.dirname, 'profile-lock.fixture.ts');
const home = mkdtempSync(join(tmpdir(), 'tpx-profile-'));
const folders = (state: string) => ({
  XDG_DATA_HOME: join(home, 'data'),
  XDG_STATE_HOME: join(home, state),
});
const children: Subprocess[] = [];

const CONTAINER = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const canUnshare = (() => {
  try {
    return Bun.spawnSync([...CONTAINER, 'true']).success;
  } catch {
    return false;
  }
})();

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exited));
  rmSync(home, { recursive: true, force: true });
});

/** Resolves with what it says once the profile is open or refused. */
async function open(prefix: string[], state = 'state'): Promise<{ said: string; child: Subprocess }> {
  const child = Bun.spawn([...prefix, process.execPath, fixture, 'work'], {
    env: { ...process.env, ...folders(state) },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  children.push(child);
  const { value } = await child.stdout.getReader().read();
  return { said: value ? new TextDecoder().decode(value) : await child.stderr.text(), child };
}

test('TERM-92 a profile that is open is refused, also where its settings are elsewhere, and free after kill -9', async () => {
  const first = await open([]);
  expect(first.said).toBe('open\n');
  expect((await open([])).said).toContain('is open in another terminal');
  expect((await open([], 'state-of-another-container')).said).toContain('is open in another terminal');
  first.child.kill('SIGKILL');
  await first.child.exited;
  // Left by a program whose process id is now another's.
  writeFileSync(join(profileFolders('work', folders('state')).state, 'lock'), '1');
  const second = await open([]);
  expect(second.said).toBe('open\n');
  second.child.kill('SIGKILL');
  await second.child.exited;
});

test.skipIf(!canUnshare)(
  'TERM-92 a profile that is open in another container is refused (needs root)',
  async () => {
    const first = await open(CONTAINER);
    expect(first.said).toBe('open\n');
    expect((await open([])).said).toContain('is open in another terminal');
    expect((await open(CONTAINER)).said).toContain('is open in another terminal');
  },
);
