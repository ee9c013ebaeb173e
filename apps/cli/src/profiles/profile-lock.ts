import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '@tpx/terminal';
import { flockForLife } from './flock.ts';
import type { profileFolders } from './folders.ts';

/**
 * Keeps a profile for this process until it ends: two programs that share an outbox would each send what the other
 * wrote. Its data is locked, which may be on a volume of several containers, and a file beside its settings, which says who
 * has it. @throws {UsageError}
 */
export function lockProfile(name: string, { data, state }: ReturnType<typeof profileFolders>): void {
  for (const folder of [data, state]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(state, 'lock');
  if (!flockForLife(data, 'folder') || !flockForLife(file, 'file')) {
    throw new UsageError(
      `Profile “${name}” is open in another terminal (${readHolder(file)}). Go there, or take another one: -P NAME.`,
    );
  }
  writeFileSync(file, `process ${process.pid} on ${hostname()}\n`);
}

function readHolder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim() || 'just starting';
  } catch {
    return 'just starting';
  }
}
