import { expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMemoryLeft } from './memory.ts';
import { MemoryWatch } from './memory-watch.ts';

test('LOAD-4 it is said once when memory runs out, and once when there is enough again', () => {
  const said: string[] = [];
  let leftBytes = 0;
  const read = () => ({ limitBytes: 1_000 * 2 ** 20, leftBytes });
  const watch = new MemoryWatch({ log: { warn: (sentence) => said.push(sentence) }, read });
  for (const mebibytes of [200, 99, 50, 120, 90, 160, 200]) {
    leftBytes = mebibytes * 2 ** 20;
    watch.check();
  }
  expect(said).toEqual([
    expect.stringContaining('Memory runs out: 99 MiB of 1000 MiB are left, and this node holds'),
    'There is enough memory again: 160 MiB of 1000 MiB.',
  ]);
});

test.if(process.platform === 'linux')('LOAD-4 the memory of this machine is read', () => {
  const left = readMemoryLeft();
  expect(left?.limitBytes).toBeGreaterThan(left?.leftBytes ?? Number.POSITIVE_INFINITY);
});

test('LOAD-4 the tightest control group counts, whichever is above the process, and caches are left', () => {
  const root = mkdtempSync(join(tmpdir(), 'tpx-memory-'));
  const write = (path: string, content: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  try {
    write('proc/meminfo', 'MemTotal: 8000 kB\nMemFree: 100 kB\nMemAvailable: 4000 kB\n');
    write('proc/self/cgroup', '0::/outer/inner\n');
    write('groups/outer/inner/memory.max', 'max\n');
    write('groups/outer/inner/memory.current', '1000\n');
    const folders = { proc: join(root, 'proc'), cgroups: join(root, 'groups') };
    expect(readMemoryLeft(folders)).toEqual({ limitBytes: 8_192_000, leftBytes: 4_096_000 });
    write('groups/outer/memory.max', '2000000\n');
    write('groups/outer/memory.current', '1900000\n');
    write('groups/outer/memory.stat', 'anon 1500000\ninactive_file 300000\n');
    expect(readMemoryLeft(folders)).toEqual({ limitBytes: 2_000_000, leftBytes: 400_000 });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
