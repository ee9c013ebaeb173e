import type { Storage } from './storage.ts';

/** undefined too for a value that is no JSON: a damaged cache is an empty cache. */
export async function readJson<Value>(storage: Storage, key: string): Promise<Value | undefined> {
  const text = await storage.get(key);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

export function writeJson(storage: Storage, key: string, value: unknown): Promise<void> {
  return storage.set(key, JSON.stringify(value));
}

export async function deleteAll(storage: Storage, prefix: string): Promise<void> {
  await Promise.all((await storage.list(prefix)).map((key) => storage.delete(key)));
}
