import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStorage } from '../node/file-storage.ts';
import { MemoryStorage } from './memory-storage.ts';
import type { Storage } from './storage.ts';

const folder = await mkdtemp(join(tmpdir(), 'tpx-storage-'));
let count = 0;
afterAll(() => rm(folder, { recursive: true }));

const adapters: [string, () => Storage][] = [
  ['memory', () => new MemoryStorage()],
  ['file', () => new FileStorage(join(folder, String(++count)))],
];

describe.each(adapters)('the storage contract on %s', (_, create) => {
  test('STORE-3 get gives what was set last, and undefined for what is not there', async () => {
    const storage = create();
    expect(await storage.get('a')).toBeUndefined();
    await storage.set('a', '1');
    await storage.set('a', '2');
    expect(await storage.get('a')).toBe('2');
    await storage.delete('a');
    expect(await storage.get('a')).toBeUndefined();
  });

  test('STORE-4 the last of many calls on one key wins', async () => {
    const storage = create();
    await Promise.all(Array.from({ length: 50 }, (_, index) => storage.set('a', String(index))));
    expect(await storage.get('a')).toBe('49');
    await Promise.all([storage.set('a', 'late'), storage.delete('a')]);
    expect(await storage.get('a')).toBeUndefined();
  });

  test('STORE-5 list gives the keys of the prefix and no others', async () => {
    const storage = create();
    for (const key of ['outbox/a', 'outbox/b', 'cache/a', 'outbo']) await storage.set(key, '');
    expect((await storage.list('outbox/')).sort()).toEqual(['outbox/a', 'outbox/b']);
    expect(await create().list('')).toEqual([]);
  });

  test('STORE-6 any string is a key and a value', async () => {
    const storage = create();
    const odd = ['', '.', '..', '../up', 'a/b', 'group:1', 'ü%20~*', 'x~'];
    for (const key of odd) await storage.set(key, `${key}\u0000\n"`);
    for (const key of odd) expect(await storage.get(key)).toBe(`${key}\u0000\n"`);
    expect((await storage.list('')).sort()).toEqual([...odd].sort());
    await storage.delete('never set');
  });
});

test('STORE-7 files are readable by their owner only, and nothing half-written stays', async () => {
  const place = join(folder, 'modes');
  const storage = new FileStorage(place);
  await storage.set('tokens', 'secret');
  expect((await stat(place)).mode & 0o777).toBe(0o700);
  expect(await readdir(place)).toEqual(['ktokens']);
  expect((await stat(join(place, 'ktokens'))).mode & 0o777).toBe(0o600);
});

test('STORE-1 what was set is there for the next process', async () => {
  const place = join(folder, 'again');
  await new FileStorage(place).set('a', 'kept');
  expect(await new FileStorage(place).get('a')).toBe('kept');
});

test('STORE-8 settled waits for all that was begun, also for what fails', async () => {
  const place = join(folder, 'settled');
  const storage = new FileStorage(place);
  const failing = storage.set('x'.repeat(1_000), 'too long').catch(() => 'failed');
  for (const key of ['a', 'b', 'c']) for (const value of ['1', '2', '3']) void storage.set(key, value);
  void storage.delete('c');
  await storage.settled();
  expect((await readdir(place)).sort()).toEqual(['ka', 'kb']);
  expect(await new FileStorage(place).get('b')).toBe('3');
  expect(await failing).toBe('failed');
});
