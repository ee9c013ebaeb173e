import { afterAll, expect, test } from 'bun:test';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeBinaries } from './embedded-binaries.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tpx-binaries-'));
const isRoot = process.getuid?.() === 0;
const stranger = { name: 'stranger', uid: 64_000, gid: 64_000 };

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('a package is used where it lies, and gets the library links its install script would make', () => {
  const native = fakePackage('open');
  const binaries = placeBinaries({ native, version: '18.4.0' }, null, join(scratch, 'unused'));
  expect(binaries.postgres).toBe(join(native, 'bin', 'postgres'));
  expect(binaries.majorVersion).toBe('18');
  expect(readlinkSync(join(native, 'lib', 'libpq.so'))).toBe('libpq.so.5');
});

test.skipIf(!isRoot)('a package out of the account’s reach is copied once (needs root)', () => {
  const native = fakePackage('closed');
  chmodSync(join(scratch, 'closed'), 0o700);
  chmodSync(scratch, 0o755);
  const cache = join(scratch, 'cache');
  const { postgres } = placeBinaries({ native, version: '18.4.0' }, stranger, cache);
  expect(postgres.startsWith(cache)).toBe(true);
  expect(readFileSync(postgres, 'utf8')).toBe('server');
  writeFileSync(join(native, 'bin', 'postgres'), 'changed');
  const again = placeBinaries({ native, version: '18.4.0' }, stranger, cache);
  expect(readFileSync(again.postgres, 'utf8')).toBe('server');
});

test.skipIf(!isRoot)('a copy that others can write to is not executed (needs root)', () => {
  const native = fakePackage('closed-too');
  chmodSync(join(scratch, 'closed-too'), 0o700);
  const cache = join(scratch, 'open-cache');
  mkdirSync(join(cache, 'postgres-18.4.0'), { recursive: true });
  chmodSync(join(cache, 'postgres-18.4.0'), 0o777);
  expect(() => placeBinaries({ native, version: '18.4.0' }, stranger, cache)).toThrow(
    'others may write to it',
  );
});

function fakePackage(name: string): string {
  const native = join(scratch, name, 'native');
  for (const folder of ['bin', 'lib', 'share']) mkdirSync(join(native, folder), { recursive: true });
  for (const program of ['initdb', 'postgres']) {
    writeFileSync(join(native, 'bin', program), 'server', { mode: 0o755 });
  }
  writeFileSync(join(native, 'lib', 'libpq.so.5'), '');
  const links = [{ source: 'native/lib/libpq.so.5', target: 'native/lib/libpq.so' }];
  writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  return native;
}
