import { chmod, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../storage/storage.ts';

/** Longer names are refused by most file systems. */
const FILE_NAME_MAX = 240;

/**
 * A file a key in one folder. A value is written beside its place, flushed to the disk and renamed into place, so that a
 * crash leaves the old value or the new one.
 *
 * - **STORE-7** Files are readable by their owner only, and nothing half-written stays.
 * - **STORE-8** `settled` resolves once everything that was begun is stored or has failed.
 */
export class FileStorage implements Storage {
  readonly #folder: string;
  readonly #lastOfKey = new Map<string, Promise<unknown>>();
  #made: Promise<void> | undefined;
  /** Not the process id: programs in two containers may have the same one and write to one folder. */
  readonly #id = crypto.randomUUID().slice(0, 8);
  #writes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get(key: string): Promise<string | undefined> {
    return this.#inTurn(key, () => readFile(this.#path(key), 'utf8').catch(ignoreMissing));
  }

  set(key: string, value: string): Promise<void> {
    return this.#inTurn(key, async () => {
      await this.#makeFolder();
      const temporary = `${this.#path(key)}.${this.#id}.${++this.#writes}~`;
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(value);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path(key));
    });
  }

  delete(key: string): Promise<void> {
    return this.#inTurn(key, () => rm(this.#path(key), { force: true }));
  }

  /** Resolves once every operation that was begun has ended. A program that is about to exit waits for it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#lastOfKey.values());
  }

  async list(prefix: string): Promise<string[]> {
    await this.settled();
    const names = (await readdir(this.#folder).catch(ignoreMissing)) ?? [];
    return names.flatMap((name) => {
      if (name.endsWith('~')) return [];
      const key = decodeURIComponent(name.slice(1));
      return key.startsWith(prefix) ? [key] : [];
    });
  }

  #path(key: string): string {
    // The leading letter keeps `.`, `..` and the empty key from meaning something to the file system.
    const name = `k${encodeURIComponent(key).replaceAll('~', '%7E').replaceAll('*', '%2A')}`;
    if (name.length > FILE_NAME_MAX)
      throw new Error(`The storage key is too long for a file name: ${key.slice(0, 80)}`);
    return join(this.#folder, name);
  }

  /** One operation of a key at a time, in the order of the calls. */
  #inTurn<Result>(key: string, operation: () => Promise<Result>): Promise<Result> {
    const before = this.#lastOfKey.get(key) ?? Promise.resolve();
    const result = before.then(operation, operation);
    const settled = result.catch(() => undefined);
    this.#lastOfKey.set(key, settled);
    void settled.then(() => {
      if (this.#lastOfKey.get(key) === settled) this.#lastOfKey.delete(key);
    });
    return result;
  }

  #makeFolder(): Promise<void> {
    this.#made ??= mkdir(this.#folder, { recursive: true, mode: 0o700 }).then(() =>
      chmod(this.#folder, 0o700),
    );
    return this.#made;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
