import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';

const FOLDER = new URL('./migrations/', import.meta.url).pathname;

export interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** The migrations of this version, in the order in which they run. */
export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = withLineFeeds(await Bun.file(FOLDER + name).text());
      return { name, text, checksum: checksumOf(text) };
    }),
  );
}

export function checksumOf(text: string): string {
  return createHash('sha256').update(withLineFeeds(text).trimEnd()).digest('hex');
}

/** A checkout on another system may have other line endings, and is the same migration. */
function withLineFeeds(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
