import { afterAll, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = mkdtempSync(join(tmpdir(), 'tpx-install-'));
const lock = join(root, '.tpx-install.lock');
const log = join(root, 'log');
const CONTAINER = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const canUnshare = (() => {
  try {
    return Bun.spawnSync([...CONTAINER, 'true']).success;
  } catch {
    return false;
  }
})();

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A process that installs for `ms`, and blocks its thread while it does. */
function install(prefix: string[], ms: number, staleAfterMs: number): Bun.Subprocess {
  const script = `
    import { appendFileSync } from 'node:fs';
    import { withInstallLock } from ${JSON.stringify(join(import.meta.dirname, 'install-lock.mjs'))};
    await withInstallLock(${JSON.stringify(root)}, () => {
      appendFileSync(${JSON.stringify(log)}, 'begin ');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms});
      appendFileSync(${JSON.stringify(log)}, 'end ');
    }, ${staleAfterMs});`;
  return Bun.spawn([...prefix, 'node', '--input-type=module', '-e', script], {
    // Containers share the clone, and nothing else.
    env: { ...process.env, TMPDIR: mkdtempSync(join(root, 'tmp-')) },
    stderr: 'ignore',
  });
}

test('installations go one after the other, also in two containers, however long each takes', async () => {
  writeFileSync(log, '');
  const prefix = canUnshare ? CONTAINER : [];
  // Longer than a lock may be left untouched.
  const all = [1, 2].map(() => install(prefix, 5_000, 4_000));
  expect(await Promise.all(all.map((child) => child.exited))).toEqual([0, 0]);
  expect(readFileSync(log, 'utf8').trim()).toBe('begin end begin end');
  expect(existsSync(lock)).toBe(false);
});

test('the lock of an installation that was killed is taken over by one', async () => {
  writeFileSync(log, '');
  writeFileSync(lock, '');
  const all = [1, 2].map(() => install([], 200, 1_500));
  expect(await Promise.all(all.map((child) => child.exited))).toEqual([0, 0]);
  expect(readFileSync(log, 'utf8').trim()).toBe('begin end begin end');
});
